/** English: what was done to a room. The log says it in a line of its own. */
export const notices = {
  joined: (who: string) => `${who} came in.`,
  left: (who: string) => `${who} left.`,
  invited: (who: string, whom: string) => `${who} brought ${whom} in.`,
  removed: (who: string, whom: string) => `${who} removed ${whom}.`,
  host: (who: string, whom: string) => `${who} made ${whom} a host.`,
  'no-host': (who: string, whom: string) => `${who} made ${whom} a guest like the others.`,
  name: (who: string, name: string) => `${who} named this room “${name}”.`,
  topic: (who: string, topic: string) =>
    topic ? `${who} changed the topic to “${topic}”.` : `${who} took the topic away.`,
  kind: (who: string, kind: 'open' | 'private') =>
    kind === 'open'
      ? `${who} opened this room to every member of the house.`
      : `${who} made this room private.`,
  archived: (who: string) => `${who} archived this room. It can be read, and nothing more is said here.`,
  reopened: (who: string) => `${who} took this room out of the archive.`,
  locked: (who: string) => `${who} locked this room: only its hosts speak.`,
  unlocked: (who: string) => `${who} unlocked this room.`,
  slow: (who: string, seconds: number) =>
    seconds > 0 ? `${who} turned slow mode on: one message in ${seconds} s.` : `${who} turned slow mode off.`,
}
