import { grammarOf } from './grammar.ts'

const { ago, counted } = grammarOf('en-GB')

/** English: rooms, who is in them, and how they are kept. */
export const rooms = {
  title: 'Rooms',
  mine: 'Your rooms',
  noneOfMine: 'You are in no room yet.',
  toJoin: 'Open to you',
  noneToJoin: 'There is no other room to join.',
  foundNothing: (query: string) => `No room of yours and no open one is called “${query}”.`,
  search: 'Search',
  searchHint: 'A part of a name',
  clear: 'Clear',
  more: 'More rooms',
  all: 'All rooms',
  unread: (count: number) =>
    counted(count, { one: '{count} unread message', other: '{count} unread messages' }),
  kinds: { open: 'Open', private: 'Private', direct: 'Direct' },
  archived: 'Archived',
  join: 'Join',
  make: {
    heading: 'Make a room',
    name: 'Name',
    nameHint: 'What it is about; up to 48 characters.',
    topic: 'Topic',
    topicHint: 'One line under the name. It may stay empty.',
    kind: 'Who may enter',
    kinds: { open: 'Every member of the house', private: 'Whoever is brought in by its members' },
    submit: 'Make this room',
  },
  direct: {
    heading: 'Write to someone',
    about: 'The same people always come back to the same room.',
    people: 'Names',
    peopleHint: 'One, or several with commas between them.',
    submit: 'Open the room',
    room: 'a direct room',
  },
}

/** English: who is in a room. */
export const people = {
  title: (room: string) => `People in ${room}`,
  link: 'People',
  hereNow: 'Here now',
  away: 'Away',
  everyone: 'Everyone in this room',
  ago,
  count: (count: number) => counted(count, { one: '{count} person', other: '{count} people' }),
  you: 'you',
  roles: { host: 'Host' },
  more: 'More people',
  invite: {
    heading: 'Bring someone in',
    about: 'They see what was said before, too.',
    name: 'Name',
    submit: 'Bring in',
  },
  remove: 'Remove',
  makeHost: 'Make host',
  endHost: 'No longer host',
  level: {
    heading: 'What calls for you here',
    choices: { everything: 'Everything', mentions: 'What mentions me', nothing: 'Nothing' },
    submit: 'Use this',
  },
  leave: {
    heading: 'Leaving',
    open: 'You can come back whenever you like.',
    private: 'To come back, somebody must bring you in again.',
    submit: 'Leave this room',
  },
  join: 'You read along here. Join, and the room stands among yours.',
}

/** English: who somebody is. */
export const profile = {
  about: 'A line about you',
  aboutHint: 'Everyone in the house can read it.',
  save: 'Keep it',
  write: 'Write to them',
  inCommon: 'Rooms that you share',
  noneInCommon: 'You share no room yet.',
  blocking: 'Blocking',
  blockAbout: 'What they say in rooms folds away for you. Nobody is told.',
  blocked: 'What they say in rooms is folded away for you. The number of a line leads to it.',
  block: 'Block them',
  unblock: 'Unblock them',
}

/** English: how a room is kept. */
export const settings = {
  title: (room: string) => `Settings of ${room}`,
  link: 'Settings',
  name: 'Name',
  slug: 'Address',
  slugHint: 'Small letters, digits and hyphens. Old links go on leading here.',
  topic: 'Topic',
  kind: 'Who may enter',
  slow: 'Slow mode',
  slowHint: 'How long each waits between two messages. Hosts do not wait.',
  wait: (seconds: number) => {
    if (seconds === 0) return 'Off'
    if (seconds % 3_600 === 0)
      return counted(seconds / 3_600, { one: '{count} hour', other: '{count} hours' })
    if (seconds % 60 === 0) return counted(seconds / 60, { one: '{count} minute', other: '{count} minutes' })
    return counted(seconds, { one: '{count} second', other: '{count} seconds' })
  },
  locked: 'Who speaks',
  lock: { no: 'Everyone in it', yes: 'Only its hosts' },
  archived: 'Archive',
  archive: { no: 'In use', yes: 'Archived: only to be read' },
  submit: 'Change the room',
}

/** English: in place of the box to write in. */
export const closed = {
  archived: 'This room is archived. It can be read, and nothing more is said here.',
  locked: 'This room is locked: only its hosts speak here now.',
}
