/**
 * Views that are loaded when they are first shown.
 *
 * @module
 */
import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Failed, Loading } from '../components/state.tsx';

/** Makes a view of one that is in a file of its own. */
export function lazyView<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): (props: Props) => JSX.Element {
  let loaded: ComponentType<Props> | undefined;
  return function LazyView(props: Props) {
    const [attempt, setAttempt] = useState(0);
    const [error, setError] = useState<unknown>();
    useEffect(() => {
      if (loaded !== undefined) return;
      const open = async (): Promise<void> => {
        try {
          loaded = await load();
          setAttempt((count) => count + 1);
        } catch (failure) {
          setError(failure);
        }
      };
      void open();
    }, [attempt]);
    if (loaded !== undefined) {
      const View = loaded;
      return <View {...props} />;
    }
    if (error === undefined) return <Loading label="Loading" />;
    return (
      <Failed
        isPage
        error={error}
        onRetry={() => {
          setError(undefined);
          setAttempt((count) => count + 1);
        }}
      />
    );
  };
}
