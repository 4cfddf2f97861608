/**
 * What can be found with Redis.
 *
 * @module
 */
import type { Finding, FindingKind } from '../../../doctor/diagnosis.ts';

/** The code of a finding with Redis. */
export type RedisFindingCode =
  | 'server_unavailable'
  | 'json_missing'
  | 'command_missing'
  | 'json_merge_missing'
  | 'acl_command_denied'
  | 'acl_key_denied'
  | 'user_without_password'
  | 'writes_refused'
  | 'cluster_needs_cluster_client'
  | 'no_persistence'
  | 'no_append_only_file'
  | 'fsync_never'
  | 'fsync_every_second'
  | 'append_only_file_without_preamble'
  | 'append_only_file_rewrite_failed'
  | 'snapshot_failed'
  | 'eviction_drops_sessions'
  | 'eviction_policy_idle'
  | 'settings_not_checked'
  | 'version_not_checked'
  | 'user_not_checked'
  | 'jsonpath_abort'
  | 'lua_vulnerability'
  | 'search_index_on_sessions'
  | 'search_not_across_cluster'
  | 'search_not_checked'
  | 'directory_scanned'
  | 'directory_not_written'
  | 'directory_index_missing'
  | 'directory_index_failing'
  | 'messages_scanned'
  | 'messages_not_written'
  | 'messages_index_missing'
  | 'messages_index_failing'
  | 'clock_differs'
  | 'clock_not_checked';

/** By code. */
export const REDIS_FINDINGS: Readonly<Record<RedisFindingCode, FindingKind>> = {
  server_unavailable: {
    severity: 'error',
    meaning: 'Sessions that are kept there can be neither read nor written.',
    advice:
      'The word in brackets says why. `ECONNREFUSED`, `ENOTFOUND`: is the server started, is the address right? `NOAUTH`, `WRONGPASS`: user and password. `ETIMEDOUT`: firewall, TLS, or a server that hangs.',
  },
  json_missing: {
    severity: 'error',
    meaning: 'Sessions are JSON documents: every call fails with `json_not_supported`.',
    advice:
      'Use Redis 8, Redis Stack, or another server with `JSON.*`; or keep sessions in SQLite with `sqlite:<path>`.',
  },
  command_missing: {
    severity: 'error',
    meaning: 'Calls that need the command fail.',
    advice: 'Remove `rename-command` for it from the server, or use a service that offers it.',
  },
  json_merge_missing: {
    severity: 'info',
    meaning:
      '`setAttributes` takes a read and a write, which is tried again when others write too.',
    advice: 'Nothing. Where only the right is missing, `+json.merge` makes it one step.',
  },
  acl_command_denied: {
    severity: 'error',
    meaning: 'Calls that need the command fail with `store_unavailable`.',
    advice: 'Give the user these rights, for example with `ACL SETUSER`, on every master.',
  },
  acl_key_denied: {
    severity: 'error',
    meaning: 'Every call fails with `store_unavailable`.',
    advice:
      'Give the user the keys with `~<prefix>*`, or open sessions with the right `keyPrefix`.',
  },
  user_without_password: {
    severity: 'warning',
    meaning: 'Whoever reaches the port can read and change every session.',
    advice:
      'Give each user a password, and this application one with the rights in docs/architecture.md.',
  },
  writes_refused: {
    severity: 'error',
    meaning: 'Writes fail until the server takes them again; reads work.',
    advice:
      '`READONLY`: this is a replica, connect to the master. `MISCONF`: mend the disk that the server saves to. `NOREPLICAS`: start replicas. `OOM`: raise `maxmemory`, or delete.',
  },
  cluster_needs_cluster_client: {
    severity: 'error',
    meaning: 'Sessions whose slot another node has fail with `store_unavailable`.',
    advice:
      'Pass `new RedisStore(cluster)` with `createCluster` of node-redis or `Cluster` of ioredis.',
  },
  no_persistence: {
    severity: 'error',
    meaning: 'All sessions are lost when the server restarts.',
    advice: 'Set `appendonly yes`. A managed service may keep data in another way: ask it.',
  },
  no_append_only_file: {
    severity: 'warning',
    meaning:
      'A crash loses what was acknowledged since the last snapshot: minutes, and under load most of it.',
    advice: 'Set `appendonly yes`. A managed service may keep data in another way: ask it.',
  },
  fsync_never: {
    severity: 'warning',
    meaning: 'A power loss takes what the system had not written yet, usually up to 30 seconds.',
    advice: 'Set `appendfsync everysec` or `always`.',
  },
  fsync_every_second: {
    severity: 'info',
    meaning:
      'A power loss takes up to a second of acknowledged writes; a crash of the server, none.',
    advice: 'Where that is too much, set `appendfsync always`.',
  },
  append_only_file_without_preamble: {
    severity: 'error',
    meaning:
      'RedisJSON cannot write documents as commands: every rewrite of the append-only file crashes, and the file grows without end.',
    advice: 'Set `aof-use-rdb-preamble yes`.',
  },
  append_only_file_rewrite_failed: {
    severity: 'warning',
    meaning: 'The append-only file grows without end, and a restart takes ever longer.',
    advice: "Look into the server's log; then `BGREWRITEAOF`.",
  },
  snapshot_failed: {
    severity: 'warning',
    meaning:
      'With `stop-writes-on-bgsave-error`, which is the default, the server refuses writes until a snapshot works.',
    advice: "Look into the server's log: often the disk is full or not writable. Then `BGSAVE`.",
  },
  eviction_drops_sessions: {
    severity: 'error',
    meaning:
      'When memory is full Redis deletes whole sessions, of which `volatile-*` takes those with a ttl; their handles see them as expired.',
    advice: 'Set `maxmemory-policy noeviction`: writes then fail with `out_of_memory` instead.',
  },
  eviction_policy_idle: {
    severity: 'info',
    meaning: 'Nothing is evicted as long as `maxmemory` is 0; with a limit, sessions would be.',
    advice: 'Set `maxmemory-policy noeviction` before you set `maxmemory`.',
  },
  settings_not_checked: {
    severity: 'info',
    meaning: 'Settings that lose sessions would not be noticed: persistence, eviction.',
    advice:
      "Give `+config|get` and `+info` for a while, run this once as an administrator, or look at the service's console.",
  },
  version_not_checked: {
    severity: 'info',
    meaning: 'Known faults of the version would not be noticed.',
    advice: 'Give the user `+info`.',
  },
  user_not_checked: {
    severity: 'info',
    meaning: 'A user without a password would not be noticed.',
    advice: 'Run this once as an administrator: it needs `+acl|whoami` and `+acl|getuser`.',
  },
  jsonpath_abort: {
    severity: 'warning',
    meaning:
      'A JSONPath with a huge number in a slice ends the whole server. Sessions never send such a path; another user of the server can.',
    advice: 'Update to Redis 8.8. Until then let no one else run `JSON.*`.',
  },
  lua_vulnerability: {
    severity: 'warning',
    meaning: 'Whoever may run scripts can take over or end the server.',
    advice:
      'Update to the version that the message names. A vendor may have mended it under the old version: ask.',
  },
  search_index_on_sessions: {
    severity: 'warning',
    meaning:
      'Each write reads the whole session into the index again: 9 ms for 100 messages, 400 ms for 10,000, with all others waiting.',
    advice: 'Drop the index, or give it a prefix of its own: `FT.DROPINDEX` keeps the sessions.',
  },
  search_not_across_cluster: {
    severity: 'info',
    meaning: 'An index covers the keys of one node, so a search misses what others have.',
    advice: 'Sessions do without: lists scan there. For searches of your own, use Redis 8.',
  },
  search_not_checked: {
    severity: 'info',
    meaning: 'An index that slows every write down would not be noticed.',
    advice: 'Give `+ft._list`, `+ft.info` and `+ft.search`, or run this once as an administrator.',
  },
  directory_scanned: {
    severity: 'warning',
    meaning:
      'With `directory: true` each write keeps an index that no list can use: all are scanned.',
    advice: 'Use Redis 8, give the user the rights, or leave `directory` out.',
  },
  directory_not_written: {
    severity: 'error',
    meaning: 'Writes cannot keep what sessions are found by, so lists miss them.',
    advice: 'Give the user these rights; then call `checkProjection({ repair: true })`.',
  },
  directory_index_missing: {
    severity: 'info',
    meaning: 'The first list makes it, and waits until it covers all sessions.',
    advice: 'Call `list` once where the first user should not wait.',
  },
  directory_index_failing: {
    severity: 'warning',
    meaning: 'Lists and counts miss these sessions: another program has written to the hashes.',
    advice:
      'Drop the index with `FT.DROPINDEX`, which keeps sessions, and call `checkProjection({ repair: true })`.',
  },
  messages_scanned: {
    severity: 'warning',
    meaning:
      'With `search: true` each write keeps an index that no search can use: messages are read one by one.',
    advice: 'Use Redis 8, give the user the rights, or leave `search` out.',
  },
  messages_not_written: {
    severity: 'error',
    meaning: 'Writes cannot keep what messages are found by, so searches miss them.',
    advice: 'Give the user these rights; then call `checkProjection({ repair: true })`.',
  },
  messages_index_missing: {
    severity: 'info',
    meaning: 'The first search makes it, and waits until it covers all messages.',
    advice: 'Call `search` once where the first user should not wait.',
  },
  messages_index_failing: {
    severity: 'warning',
    meaning: 'Searches miss these messages: another program has written to the hashes.',
    advice:
      'Drop the index with `FT.DROPINDEX`, which keeps sessions, and call `checkProjection({ repair: true })`.',
  },
  clock_differs: {
    severity: 'warning',
    meaning:
      'Times in sessions are those of the server, so `since` and `before` with a time of this process are off by as much.',
    advice: 'Set both clocks by NTP.',
  },
  clock_not_checked: {
    severity: 'info',
    meaning: 'A wrong clock would not be noticed.',
    advice: 'Give the user `+time`, which sessions need too.',
  },
};

/** A finding with Redis. */
export type RedisFinding = Finding<RedisFindingCode>;
