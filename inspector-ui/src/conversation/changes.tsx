/**
 * What changes a session, each after a confirmation.
 *
 * @module
 */
import type { JsonObject } from 'agents-json-session';
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { isObject } from '../api/is-object.ts';
import { sessionPath, describeError, request, type RequestOptions } from '../api/client.ts';
import type { Message, SessionMetadata } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { closeDialog, Dialog, openDialog } from '../components/dialog.tsx';
import { Line } from '../components/text.tsx';
import { notify } from '../components/toast.tsx';
import { lastListAddress } from '../routing/last-list.ts';
import { go, sessionAddress } from '../routing/route.ts';
import { counted } from '../text/numbers.ts';
import { plainLine } from '../text/visible.ts';

/** Asks for the id of a fork, and makes it. */
export function openFork(sessionId: string, upTo?: Message): void {
  openDialog(<ForkForm sessionId={sessionId} upTo={upTo} />);
}

/** Asks whether a message and all behind it should go. */
export function confirmUndo(sessionId: string, message: Message): void {
  openDialog(
    <Confirm
      title="Undo from here on"
      action="Undo"
      path={sessionPath(sessionId, 'undo')}
      options={{ method: 'POST', body: { toMessageId: message.id } }}
      done="Undone"
    >
      <p>This message and all behind it are removed. That cannot be taken back.</p>
      <blockquote dir="auto">
        <Line text={message.content.slice(0, 200)} />
      </blockquote>
    </Confirm>,
  );
}

/** Asks whether all messages should go. */
export function confirmClear({ sessionId, messageCount }: SessionMetadata): void {
  openDialog(
    <Confirm
      title="Clear the session"
      action="Clear"
      path={sessionPath(sessionId, 'clear')}
      options={{ method: 'POST', body: {} }}
      done="Cleared"
    >
      <p>
        All {counted(messageCount, 'message')} and the counters of{' '}
        <strong>
          <Line text={sessionId} />
        </strong>{' '}
        are removed. The session stays. That cannot be taken back.
      </p>
    </Confirm>,
  );
}

/** Asks whether the session should go. */
export function confirmDelete({ sessionId, messageCount }: SessionMetadata): void {
  openDialog(
    <Confirm
      title="Delete the session"
      action="Delete"
      path={sessionPath(sessionId)}
      options={{ method: 'DELETE' }}
      done="Deleted"
      then={() => go(lastListAddress())}
    >
      <p>
        <strong>
          <Line text={sessionId} />
        </strong>{' '}
        and its {counted(messageCount, 'message')} are removed. That cannot be taken back.
      </p>
    </Confirm>,
  );
}

/** Lets a person edit the attributes. */
export function openAttributes({ sessionId, attributes }: SessionMetadata): void {
  openDialog(<AttributesForm sessionId={sessionId} attributes={attributes} />);
}

/** Does something once, and says what became of it. */
function useChange(): {
  isBusy: boolean;
  error: string | null;
  make: (act: () => Promise<void>) => void;
} {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = async (act: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (failure) {
      setError(describeError(failure));
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, error, make: (act) => void run(act) };
}

function Confirm(props: {
  title: string;
  action: string;
  path: string;
  options: RequestOptions;
  done: string;
  then?: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const { title, action, path, options, done, then, children } = props;
  const { isBusy, error, make } = useChange();
  const act = async (): Promise<void> => {
    await request(path, options);
    closeDialog();
    notify(done);
    then?.();
  };
  return (
    <Dialog title={title}>
      {children}
      <Problem text={error} />
      <div class="dialog-buttons">
        <Button onClick={closeDialog}>Cancel</Button>
        <Button kind="danger" disabled={isBusy} onClick={() => make(act)}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}

function ForkForm({
  sessionId,
  upTo,
}: {
  sessionId: string;
  upTo: Message | undefined;
}): JSX.Element {
  const [forkId, setForkId] = useState('');
  const { isBusy, error, make } = useChange();
  const act = async (): Promise<void> => {
    const fork = await request<{ sessionId: string }>(sessionPath(sessionId, 'fork'), {
      method: 'POST',
      body: {
        ...(upTo === undefined ? {} : { upTo: upTo.id }),
        ...(forkId === '' ? {} : { sessionId: forkId }),
      },
    });
    closeDialog();
    notify(plainLine(`Forked to ${fork.sessionId}`));
    go(sessionAddress(fork.sessionId));
  };
  return (
    <Dialog title={upTo === undefined ? 'Fork the session' : 'Fork from here'}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make(act);
        }}
      >
        <p>
          A new session begins with{' '}
          {upTo === undefined ? 'all messages' : 'the messages up to and with this one'} and goes
          its own way. This one stays as it is.
        </p>
        <label class="field">
          <span>Id of the new session</span>
          <input
            class="input"
            value={forkId}
            placeholder="A random one"
            onInput={(event) => setForkId(event.currentTarget.value)}
          />
        </label>
        <Problem text={error} />
        <div class="dialog-buttons">
          <Button onClick={closeDialog}>Cancel</Button>
          <Button kind="main" type="submit" disabled={isBusy}>
            Fork
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function AttributesForm({
  sessionId,
  attributes,
}: {
  sessionId: string;
  attributes: JsonObject;
}): JSX.Element {
  const [text, setText] = useState(JSON.stringify(attributes, null, 2));
  const { isBusy, error, make } = useChange();
  const act = async (): Promise<void> => {
    const patch = patchBetween(attributes, attributesOf(text));
    await request(sessionPath(sessionId, 'attributes'), { method: 'POST', body: { patch } });
    closeDialog();
    notify('Attributes saved');
  };
  return (
    <Dialog title="Edit attributes">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make(act);
        }}
      >
        <label class="field">
          <span>JSON of your own: a title, tags, …</span>
          <textarea
            class="input mono"
            rows={10}
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <Problem text={error} />
        <div class="dialog-buttons">
          <Button onClick={closeDialog}>Cancel</Button>
          <Button kind="main" type="submit" disabled={isBusy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Problem({ text }: { text: string | null }): JSX.Element {
  return (
    <p class="problem" role="alert">
      {text}
    </p>
  );
}

function attributesOf(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('This is not JSON.');
  }
  if (isObject(value)) return value;
  throw new Error('Attributes are a JSON object.');
}

/** What makes one object of another: what was left out is removed. */
function patchBetween(from: JsonObject, to: JsonObject): JsonObject {
  const removed = Object.keys(from).filter((name) => !Object.hasOwn(to, name));
  const changed = Object.entries(to).map(([name, value]) => {
    const before = from[name];
    return [
      name,
      isObject(before) && isObject(value) ? patchBetween(before, value) : value,
    ] as const;
  });
  return Object.fromEntries([...changed, ...removed.map((name) => [name, null] as const)]);
}
