/**
 * The stored document of a session.
 *
 * @module
 */
import type { JsonValue } from 'agents-json-session';
import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { codeOf, sessionPath, isAbort, request } from '../api/client.ts';
import { Button } from '../components/button.tsx';
import { Sealed } from '../components/sealed.tsx';
import { Failed, Loading } from '../components/state.tsx';
import { copy } from '../components/toast.tsx';
import { JsonTree } from './json-tree.tsx';

/** The document as it is stored, read again when `version` is another. */
export function DocumentView({
  sessionId,
  version,
}: {
  sessionId: string;
  version: string;
}): JSX.Element {
  const [value, setValue] = useState<JsonValue>();
  const [error, setError] = useState<unknown>();
  const load = useCallback(
    async (signal?: AbortSignal) => {
      setError(undefined);
      try {
        const path = sessionPath(sessionId, 'document');
        setValue(await request<JsonValue>(path, signal === undefined ? {} : { signal }));
      } catch (failure) {
        if (!isAbort(failure)) setError(failure);
      }
    },
    [sessionId],
  );
  useEffect(() => {
    const ending = new AbortController();
    void load(ending.signal);
    return () => ending.abort();
  }, [load, version]);
  if (codeOf(error) === 'decryption_failed') return <Sealed />;
  if (value === undefined && error !== undefined) {
    return <Failed error={error} onRetry={() => void load()} />;
  }
  if (value === undefined) return <Loading label="Loading the document" />;
  return (
    <div class="document scroll" tabIndex={0} role="region" aria-label="Document">
      <div class="document-tools">
        <Button icon="copy" onClick={() => void copy(JSON.stringify(value, null, 2), 'Document')}>
          Copy as JSON
        </Button>
      </div>
      <JsonTree value={value} />
    </div>
  );
}
