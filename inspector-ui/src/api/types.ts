/**
 * What the server answers.
 *
 * @module
 */
import type {
  JsonObject,
  Message as LibraryMessage,
  SessionMetadata as LibraryMetadata,
} from 'agents-json-session';
import type {
  DirectoryStatistics,
  FoundMessage as LibraryFoundMessage,
  ListedSession as LibraryListedSession,
} from 'agents-json-session/directory';

/** A value of the library as JSON holds it: times are texts, maps are objects. */
type Wire<T> = T extends Date
  ? string
  : T extends Map<string, infer Value>
    ? Record<string, Wire<Value>>
    : T extends JsonObject
      ? T
      : T extends object
        ? { [Key in keyof T]: Wire<T[Key]> }
        : T;

export type ListedSession = Wire<Omit<LibraryListedSession, 'attributes'>> & {
  attributes: JsonObject;
};
export type SessionMetadata = Wire<Omit<LibraryMetadata, 'attributes'>> & {
  attributes: JsonObject;
};
export type Statistics = Wire<DirectoryStatistics>;

/** A message; its item can be of any later release or of another program, so it is looked at with care. */
export type Message = Wire<Omit<LibraryMessage, 'item'>> & { item?: JsonObject };

export interface Info {
  version: string;
  /** Whether this server writes. */
  write: boolean;
  store: { name: string; namespace: string | null };
  keyPrefix: string;
  canSearch: boolean;
  canWatch: boolean;
}

export interface SessionPage {
  sessions: ListedSession[];
  cursor: string | null;
}

export interface SessionHead {
  metadata: SessionMetadata;
  /** Another one after each change: the life of the session, its generation, and more, with dots. */
  version: string;
  expiresAt: string | null;
  compaction: { historyStart?: { index: number; messageId: string } };
}

export interface MessagePage {
  messages: Message[];
  /** How many messages the session has in all. */
  total: number;
}

export type FoundMessage = Wire<LibraryFoundMessage>;

export interface SearchResults {
  messages: FoundMessage[];
  isComplete: boolean;
}
