import { audited } from './en-audited.ts'
import { errors, facts, fields, waysOut } from './en-errors.ts'

/**
 * Every sentence that people see, in English. Another language is one more file of this shape.
 * The house speaks as a host: say what happened, what became of your words, and what to do next.
 */
export const en = {
  /** For `<html lang>`, and for dates. */
  lang: 'en',
  dateLocale: 'en-GB',

  house: 'Teahouse',
  title: (page: string) => `${page} · Teahouse`,

  nav: {
    label: 'The house',
    rooms: 'Rooms',
    history: 'History',
    logIn: 'Log in',
    logOut: 'Log out',
    register: 'Register',
    close: 'Close',
  },

  front: {
    title: 'Teahouse, a quiet chat room',
    heading: ['A table, a pot of tea,', 'and people to talk with.'],
    lede: 'Teahouse is a quiet chat room. Come in with a name and a phone number; stay as long as the pot is warm.',
    guest: 'Guest',
    house: 'House',
    lines: [
      ['What is this place?', 'A chat room on one small server, kept by people you know.'],
      [
        'My browser is old, and my train has tunnels.',
        'Then it will wait for you. It works without JavaScript, on a good line or a bad one.',
      ],
      [
        'How do I point at something someone said?',
        'Every line has a number that never changes. Say “see #4” and everyone is there.',
      ],
      ['And if I leave?', 'Take a copy of your words with you. We do not sell what is left.'],
    ],
  },

  form: {
    /** How many things the summary on top of a form asks for. */
    toPutRight: (count: number) =>
      count === 1
        ? 'One thing to put right'
        : `${['Two', 'Three', 'Four', 'Five'][count - 2] ?? count} things to put right`,
  },

  register: {
    title: 'Register',
    heading: 'Take a seat',
    first: 'You are the first one here. This account will own the house.',
    name: 'Name',
    nameHint: 'What others see. Any script; 2 to 32 characters.',
    phone: 'Phone number',
    phoneHint:
      'With its country code, such as +31 6 12345678. Nobody sees it but you, and nobody checks that it is yours.',
    phoneHintVerified:
      'With its country code, such as +31 6 12345678. We send a code there. Nobody sees it but you.',
    sendCode: 'Send me a code',
    invitation: 'Invitation',
    invitationHint: 'The link that you were sent.',
    password: 'Password',
    passwordHint: 'Eight characters or more. A line from a poem is fine.',
    setupCode: 'Set-up code',
    setupCodeHint: 'Teahouse printed it when it started.',
    submit: 'Register',
    beenHere: 'Been here before?',
    closedHeading: 'The door is closed for now',
    closed: 'This house takes no new members at the moment. If you have an account, you can still log in.',
  },

  login: {
    title: 'Log in',
    heading: 'Welcome back',
    phone: 'Phone number',
    password: 'Password',
    code: 'Code',
    codeHint: 'Six figures from your authenticator.',
    submit: 'Log in',
    newHere: 'New here?',
  },

  /** A code that was sent to a number. */
  code: {
    heading: 'Look at your phone',
    sent: (phone: string) => `A text with a code is on its way to ${phone}. It works for ten minutes.`,
    label: 'Code',
    hint: 'Six figures.',
    again: 'Send another code',
  },

  /** What the house writes to a phone. */
  sms: {
    registerCode: (code: string) =>
      `${code} is your code for Teahouse. It works for ten minutes. Tell it to nobody.`,
    passwordCode: (code: string) =>
      `${code} is your code for a new password at Teahouse. It works for ten minutes. If you did not ask for it, do nothing.`,
    numberTaken: (house: string) =>
      `Somebody tried to register at ${house} with your number, which has an account there. If it was you, log in, or ask for a new password. If not, do nothing.`,
  },

  forgot: {
    title: 'A new password',
    heading: 'Forgot your password?',
    lede: 'Type your phone number. If it has an account here, a code comes to it.',
    askAdmin:
      'Ask whoever keeps this house: an admin can make a link for you, by which you choose a new password. It works once, for an hour.',
    send: 'Send me a code',
    newHeading: 'Choose a new password',
    sent: (phone: string) =>
      `If ${phone} has an account here, a text with a code is on its way. It works for ten minutes. If none comes, ask whoever keeps this house.`,
    forMember: (name: string) => `For ${name}. This page works once.`,
    password: 'New password',
    ends: 'It logs you out everywhere, and ends your tokens.',
    submit: 'Set this password',
    remembered: 'It came back to you?',
  },

  /** The pages of those who keep the house. */
  admin: {
    label: 'Keeping the house',
    places: { members: 'Members', invitations: 'Invitations', audit: 'What was done' },
    older: 'Older',
    once: 'Copy it now. It is shown this once.',
    qrCode: 'The link as a QR code',
    back: 'Back',
    former: 'a former member',
    someone: 'Someone',
    roles: { owner: 'Owner', admin: 'Admin', member: 'Member' },
    members: {
      search: 'Search',
      searchHint: 'A part of a name',
      nobody: 'Nobody of that name is here.',
      since: 'here since',
      suspended: 'Suspended',
    },
    role: {
      heading: 'Role',
      about: 'Admins invite people, look after members, and see what was done. Only the owner makes admins.',
      make: { admin: 'Make admin', member: 'Make an ordinary member' },
    },
    owner: {
      heading: 'Hand over the house',
      about: 'A house has one owner. You become an admin, and only the new owner can give it back.',
      password: 'Your password',
      submit: (name: string) => `Hand over to ${name}`,
    },
    suspension: {
      heading: 'Suspension',
      about: 'Logs them out everywhere and puts their tokens to rest. Their messages stay.',
      suspend: 'Suspend',
      reinstateAbout: 'Their tokens work again, and they can log in.',
      reinstate: 'Reinstate',
    },
    passwordLink: {
      heading: 'Forgotten password',
      about:
        'A link by which they choose a new one. Give it to nobody else: whoever opens it can log in as them.',
      make: 'Make a link',
      made: (name: string) => ({
        heading: `A new password for ${name}`,
        about:
          'Bring them this link yourself. It works once, for an hour; then they are logged out everywhere.',
      }),
    },
    invitations: {
      newHeading: 'New invitation',
      about: 'A link by which people may register. Whoever has it may use it.',
      closed: 'Registration is closed (REGISTRATION), so invitations open nothing now.',
      note: 'Note',
      noteHint: 'For you: whom it is for.',
      uses: 'How many people',
      lasts: 'How long',
      hours: (hours: number) => {
        if (hours % 24 !== 0) return hours === 1 ? '1 hour' : `${hours} hours`
        return hours === 24 ? '1 day' : `${hours / 24} days`
      },
      make: 'Make invitation',
      made: (uses: number) => ({
        heading: 'An invitation',
        about: uses === 1 ? 'One person may register by it.' : `${uses} people may register by it.`,
      }),
      none: 'There are no invitations yet.',
      noNote: 'No note',
      states: { open: 'Open', usedUp: 'Used up', expired: 'Expired', withdrawn: 'Withdrawn' },
      usesLeft: (left: number, uses: number) => `${left} of ${uses} left`,
      until: 'Until',
      madeBy: 'Made by',
      withdraw: 'Withdraw',
    },
    audit: {
      of: (name: string) => `What was done to ${name}`,
      all: 'Everything that was done',
      nothing: 'Nothing was done yet.',
    },
  },

  rooms: {
    title: 'Rooms',
    empty: 'There is no room yet that you may enter.',
  },

  room: {
    write: 'Write a message',
    messages: (room: string) => `Messages in ${room}`,
    older: 'Older messages',
    newer: 'Newer messages',
    newest: 'To the newest messages',
    emptyHeading: 'Nobody has spoken yet',
    empty: 'The kettle is on. Whoever speaks first pours for everyone.',
    nothingNewer: 'Nothing newer yet.',
    zone: (zone: string) => `Times are ${zone}.`,
    /** Beside the frames that stand in for scripts. */
    frameLog: 'Messages as they come',
    frameComposer: 'Write a message',
    stopped: 'If no messages come any more:',
    reconnect: 'Reconnect',
  },

  message: {
    reply: 'Reply',
    edited: 'edited',
    deleted: 'This message was deleted.',
    /** Where a message is one line of text. */
    deletedLine: '(deleted)',
    inReplyTo: 'in reply to',
  },

  composer: {
    label: 'Say something',
    send: 'Send',
    replyingTo: 'Replying to',
    cancel: 'Cancel',
    /** Keys and what they do; shown only where scripts run. */
    hints: [
      ['Enter', 'sends'],
      ['Shift+Enter', 'new line'],
    ],
  },

  transport: {
    heading: 'How messages reach you',
    auto: 'Choose for me',
    autoHint: 'WebSocket first; falls back by itself',
    websocket: 'WebSocket',
    sse: 'Server-sent events',
    poll: 'Long polling',
    page: 'A page that refreshes itself',
    none: 'Only when I reload',
    submit: 'Use this',
  },

  /** Told to the client script as they are: `{…}` is filled in there. */
  client: {
    connecting: 'Connecting…',
    live: 'Live',
    by: {
      websocket: 'by WebSocket',
      sse: 'by SSE',
      poll: 'by long poll',
      page: 'by refresh',
    },
    notLive: 'Not live',
    lost: 'Line lost. Trying again in {seconds} s',
    newMessage: '1 new message',
    newMessages: '{count} new messages',
    sending: 'Sending…',
    notSent: 'Not sent. The line dropped.',
    retry: 'Retry',
    edit: 'Edit',
    discard: 'Discard',
  },

  history: {
    title: (room: string) => `${room}, day by day`,
    search: 'Search',
    searchHint: 'Words',
    found: (query: string) => `Messages with “${query}”, newest first.`,
    foundNothing: (query: string) => `No message with “${query}” here.`,
    clear: 'Clear',
    searchedBackTo: (number: number) => `Searched back to #${number}.`,
    searchOn: 'Search further back',
    day: 'Day',
    showDay: 'Show',
    wholeTranscript: 'All days',
    nothing: 'Nothing was said here.',
    older: 'Older',
    newer: 'Newer',
    copy: 'Take a copy:',
    text: 'text',
    json: 'JSON',
    daysOf: (zone: string) => `Days begin and end in ${zone}.`,
    timesOf: (zone: string) => `Times are ${zone}.`,
  },

  permalink: {
    title: (number: number, room: string) => `#${number} in ${room}`,
    inRoom: 'See it in the room',
    inReplyTo: 'The message it answers',
  },

  problem: {
    kept: 'Your message',
    sendAgain: 'Send again',
    reference: (reference: string) => `If it lasts, tell the keeper: reference ${reference}.`,
  },

  /** For supervisors and proxies, and whoever looks for what is wrong. */
  health: {
    alive: 'alive',
    ready: 'ready',
    draining: 'draining',
    databaseAway: 'the database does not answer',
  },

  audited,
  errors,
  facts,
  waysOut,
  fields,
}

export type Words = typeof en
