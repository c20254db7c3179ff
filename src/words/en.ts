import { audited } from './en-audited.ts'
import { errors, facts, fields, waysOut } from './en-errors.ts'
import { notices } from './en-notices.ts'
import { closed, people, profile, rooms, settings } from './en-rooms.ts'
import { type Forms, grammarOf } from './grammar.ts'

const dateLocale = 'en-GB'
const { counted, list, number } = grammarOf(dateLocale)

const newMessages: Forms = { one: '{count} new message', other: '{count} new messages' }

/**
 * Every sentence that people see, in English. `zh.ts` says the same in the same order: what is added here is added there.
 * The house speaks as a host: say what happened, what became of your words, and what to do next.
 */
export const en = {
  /** For `<html lang>`, and for dates. */
  lang: 'en',
  dateLocale,
  /** What the language calls itself, in a list of several and where there is little room. */
  languageName: 'English',
  languageShortName: 'English',
  /** Between the parts of a sentence that a page puts together, with their spaces; and between two sentences. */
  marks: { between: ' ', comma: ', ', semicolon: '; ', colon: ': ', stop: '. ', open: ' (', close: ')' },

  house: 'Teahouse',
  title: (page: string) => `${page} · Teahouse`,

  nav: {
    label: 'The house',
    rooms: 'Rooms',
    history: 'History',
    logIn: 'Log in',
    logOut: 'Log out',
    register: 'Register',
    account: 'Account',
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
    codeHint: 'Six figures from your authenticator, or a recovery code.',
    recoveryCode: 'Recovery code',
    recoveryCodeHint: 'Sixteen letters and figures from the list that you kept.',
    stepHeading: 'One more step',
    stepNotice: 'Your password fits. One more step, and you are in.',
    beginAgain: 'Begin again',
    submit: 'Log in',
    newHere: 'New here?',
  },

  confirm: {
    password: 'Your password',
    passwordHint: 'So that nobody does this at a screen that you left open.',
    code: 'Code',
    codeHint: 'Six figures from your authenticator, or a recovery code.',
  },

  secondFactor: {
    title: 'Second factor',
    lede: 'Something that you have, asked for beside your password: whoever learns the password alone stays outside.',
    on: 'On',
    off: 'Off',
    authenticator: 'Authenticator app',
    authenticatorOff: 'Off. A code from your phone, asked for after the password.',
    authenticatorOn: 'On. A code is asked for after the password.',
    passkeys: 'Passkeys',
    passkeysCount: (count: number) =>
      count === 0
        ? 'None. Log in without a password.'
        : counted(count, { one: '{count} passkey', other: '{count} passkeys' }),
    recovery: 'Recovery codes',
    recoveryLeft: (left: number, all: number) => `${left} of ${all} left`,
    recoveryNone: 'They come with the first second factor.',
    turnOn: 'Turn on',
    turnOff: 'Turn off',
    manage: 'Manage',
    makeNew: 'Make new ones',
    /** Other sessions stay: they were opened by whoever knew the password. */
    sessionsStay: 'Where you are logged in already, you stay so.',
    back: 'Back to the second factor',
    wayBack: 'Back to your account',

    onHeading: 'Turn on the authenticator',
    scan: 'Scan this with an authenticator app, such as one that your phone came with.',
    qr: 'QR code for the authenticator',
    typed: 'Or type this secret into it:',
    open: 'Or open it on this device',
    firstCode: 'Code',
    firstCodeHint: 'The six figures that the app shows now.',
    offHeading: 'Turn off the authenticator',
    offText: 'Then the password alone opens the door, unless you have a passkey.',

    codesHeading: 'Your recovery codes',
    codesOnce: 'Copy them now. They are shown this once.',
    codesText:
      'Each opens the door once in place of your second factor, should you lose it. Keep them where you keep your papers.',
    codesKept: 'I have kept them',
    newHeading: 'New recovery codes',
    newText: 'The old ones are worth nothing from then on.',
    noFactor: 'You have no second factor yet, so there is nothing to recover.',
  },

  passkeys: {
    title: 'Passkeys',
    lede: 'A passkey lives in your phone, your computer or a key on your ring. It logs you in alone, without password or code.',
    once: 'Once you have one, your password alone does not open the door any more. Browsers without scripts then need a code of the authenticator, or a recovery code.',
    none: 'You have none yet.',
    made: (day: string) => `Made ${day}`,
    lastUsed: (day: string) => `last used ${day}`,
    neverUsed: 'never used',
    remove: 'Remove',
    removeHeading: (name: string) => `Remove ${name}`,
    removeText: 'It does not open this house any more. Delete it from your device too.',
    back: 'Back to your passkeys',
    keptHeading: 'Older than your new password',
    keptAbout: 'These passkeys open the door as before. If one is not yours, remove it:',
    addHeading: 'Add a passkey',
    name: 'Name',
    nameHint: 'What you call the device that holds it.',
    unnamed: 'Passkey',
    /** Told to the script. */
    add: 'Add a passkey',
    logIn: 'Log in with a passkey',
    cancelled: 'Nothing was done. The browser did not give a passkey.',
    unsupported: 'Passkeys need a newer browser, and this house at a name with https.',
    unreachable: 'The line dropped. Try again.',
    noScript: 'Passkeys need scripts, and this browser runs none here.',
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
      since: (time: string) => `here since ${time}`,
      suspended: 'Suspended',
      suspendedAt: (time: string) => `Suspended ${time}`,
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
      hours: (hours: number) =>
        hours % 24 === 0
          ? counted(hours / 24, { one: '{count} day', other: '{count} days' })
          : counted(hours, { one: '{count} hour', other: '{count} hours' }),
      make: 'Make invitation',
      made: (uses: number) => ({
        heading: 'An invitation',
        about: counted(uses, {
          one: 'One person may register by it.',
          other: '{count} people may register by it.',
        }),
      }),
      none: 'There are no invitations yet.',
      noNote: 'No note',
      states: { open: 'Open', usedUp: 'Used up', expired: 'Expired', withdrawn: 'Withdrawn' },
      usesLeft: (left: number, uses: number) => `${number(left)} of ${number(uses)} left`,
      until: (time: string) => `Until ${time}`,
      madeBy: (name: string) => `Made by ${name}`,
      withdraw: 'Withdraw',
    },
    audit: {
      of: (name: string) => `What was done to ${name}`,
      all: 'Everything that was done',
      nothing: 'Nothing was done yet.',
    },
  },

  rooms,
  people,
  profile,
  settings,
  closed,

  room: {
    write: 'Write a message',
    messages: (room: string) => `Messages in ${room}`,
    older: 'Older messages',
    newer: 'Newer messages',
    newest: 'To the newest messages',
    emptyHeading: 'Nobody has spoken yet',
    empty: 'The kettle is on. Whoever speaks first pours for everyone.',
    /** {time} is set as a time. */
    newSince: 'New since {time}',
    toFirstNew: (count: number) =>
      counted(count, { one: 'To the new message', other: 'To the first of {count} new messages' }),
    /** Who is writing; empty when nobody is. */
    typing: (names: string[]) => {
      if (names.length > 3) return 'Several people are typing'
      return names.length === 0 ? '' : `${list(names)} ${names.length === 1 ? 'is' : 'are'} typing`
    },
    nothingNewer: 'Nothing newer yet.',
    zone: (zone: string) => `Times are ${zone}.`,
    /** Beside the frames that stand in for scripts. */
    frameLog: 'Messages as they come',
    frameComposer: 'Write a message',
    /** Stands for the state of the connection: nothing would change it when the line is lost. */
    byFrame: 'By refresh',
    stopped: 'New messages appear here by themselves. If they stop:',
    reconnect: 'Reconnect',
  },

  message: {
    reply: 'Reply',
    edited: 'edited',
    /** `{name}` and `{time}` are filled in. */
    deleted: {
      byAuthor: '{name} deleted this message at {time}.',
      byKeeper: 'A keeper of the house removed this message at {time}.',
    },
    /** Where a message is one line of text. */
    deletedLine: '(deleted)',
    inReplyTo: 'in reply to',
    /** Where a message that was changed comes once more, for pages that cannot replace it. */
    asItIsNow: (number: number) => `#${number} was changed. As it is now:`,
    reactions: 'Reactions',
    /** Who gave a reaction. */
    reactors: (names: string[], others: number) =>
      `${names.join(', ')}${others > 0 ? ` and ${others} more` : ''}`,
    react: 'React',
    more: 'More',
    /** In place of the name of whoever has left. Nobody can take it. */
    formerMember: 'a former member',
    notices,
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

  account: {
    title: 'Account',
    since: (day: string) => `Here since ${day}.`,
    /** What became of what was asked for, on the page that comes after. */
    done: {
      name: 'You have a new name. Others see it from the next page that they open.',
      password: 'You have a new password. Everywhere else you are logged out; your tokens still work.',
      transport: 'Messages reach you this way from the next page on.',
      language: 'The house speaks English with you.',
      session: 'That log-in has ended.',
      sessions: 'Everywhere else you are logged out.',
      token: 'That token opens nothing any more.',
    },
    who: {
      heading: 'Who you are',
      about: 'Others see your name. Nobody but you sees your phone number.',
      phone: 'Phone number',
      name: 'Name',
      submit: 'Take this name',
    },
    password: {
      heading: 'Password',
      about: 'A new one logs you out everywhere but here.',
      now: 'Password now',
      next: 'New password',
      nextHint: 'Eight characters or more. A line from a poem is fine.',
      submit: 'Change it',
    },
    sessions: {
      heading: 'Logged in on',
      about: 'Everywhere your account is open now. End what you do not know.',
      device: (program: string, system: string) =>
        system ? `${program} on ${system}` : program || 'Something without a name',
      from: (address: string) => `from ${address}`,
      seen: (time: string) => `last seen ${time}`,
      began: (time: string) => `logged in ${time}`,
      current: 'This one',
      end: 'End it',
      endOthers: 'Log out everywhere else',
      more: (count: number) => `The ${count} used last are shown.`,
      newHeading: 'New since you logged in here',
      newAbout:
        'If one of these was not you: change your password, then look through your tokens and passkeys.',
    },
    tokens: {
      heading: 'Tokens',
      about:
        'For programs and scripts. A token may do what it was made for, until it expires or you revoke it.',
      none: 'You have none.',
      may: { read: 'read', send: 'send', admin: 'look after the house' },
      mayDo: (what: string[]) => `May ${list(what)}`,
      until: (day: string) => `until ${day}`,
      made: (day: string) => `made ${day}`,
      used: (time: string) => `last used ${time}`,
      unused: 'never used',
      revoke: 'Revoke',
      more: (count: number) => `The ${count} made last are shown.`,
      newHeading: 'A new token',
      name: 'What it is for',
      nameHint: 'Such as the program that will use it.',
      scopes: 'It may',
      choices: {
        'read send': 'read and send',
        read: 'only read',
        send: 'only send',
        'read send admin': 'read, send, and look after the house',
      },
      days: 'It works for',
      day: (days: number) => (days === 365 ? 'a year' : `${days} days`),
      submit: 'Make a token',
      madeTitle: 'Your new token',
      madeHeading: 'Copy it now',
      once: 'It is shown this once. Whoever has it can do what it may do, so keep it as you keep a password.',
      label: 'Token',
      example: 'With curl:',
      back: 'Back to your account',
    },
    transport: {
      heading: 'How messages reach you',
      about: 'In a browser with scripts. Without them, a page that goes on by itself.',
    },
    language: {
      heading: 'Language',
      about: 'What the house says. What people say stays in their own words.',
      same: 'Same as my browser',
      submit: 'Speak this',
    },
    download: {
      heading: 'Your data',
      about: 'Everything that this house keeps of you, to read and for programs.',
      submit: 'Download it',
    },
    leave: {
      heading: 'Leaving',
      about: 'Your account goes, and with it your number, your name, every log-in and every token.',
      owner: 'You own this house. Hand it over to someone else before you leave.',
      messages: 'What you have said',
      keep: 'stays, by “a former member”',
      erase: 'goes; only the numbers stay',
      password: 'Password',
      passwordHint: 'So that nobody does this in your place.',
      forGood: 'This cannot be undone. Download your data first, if you want it.',
      submit: 'Delete my account',
    },
    /** In the archive of someone's data. */
    archive: {
      title: (name: string) => `What Teahouse keeps of ${name}`,
      made: (time: string) => `Made ${time}.`,
      files: 'Files',
      profile: 'Profile',
      id: 'Number in this house',
      role: 'Role',
      transport: 'How messages arrive',
      language: 'Language',
      sessions: 'Log-ins',
      tokens: 'Tokens',
      acts: 'What was done to the account',
      messages: (room: string) => `Messages in ${room}`,
      forPrograms: 'the same for programs',
    },
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
    newMessages,
    older: 'Older messages',
    sending: 'Sending…',
    notSent: 'Not sent. The line dropped.',
    notSentBehind: 'Not sent: the one before it was not.',
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
  },

  permalink: {
    title: (number: number, room: string) => `#${number} in ${room}`,
    inRoom: 'See it in the room',
    unread: 'Unread from here',
    inReplyTo: 'The message it answers',
    actions: 'What you can do with it',
    anyEmoji: 'Another emoji',
    sayAgain: 'The same again takes it back.',
    edit: 'Edit',
    delete: 'Delete',
    versions: 'What it said before',
    replies: 'Answers',
    moreReplies: 'More answers',
  },

  /** Editing a message, and what it said before. */
  edit: {
    title: (number: number) => `Edit #${number}`,
    body: 'Your message',
    hint: 'It is marked as edited, and everyone here can see what it said before.',
    save: 'Save',
    cancel: 'Leave it as it is',
    saysNow: 'It says now',
    versionsTitle: (number: number) => `What #${number} said`,
    now: 'Now',
    older: 'Before',
    back: 'Back to the message',
  },

  delete: {
    title: (number: number) => `Delete #${number}?`,
    about: 'Its words go for good, from everyone. Its number stays, with a note that it was deleted.',
    submit: 'Delete it',
    cancel: 'Keep it',
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
    bus: {
      away: 'Redis does not answer: what is said on other nodes comes seconds late',
      deaf: 'Redis answers, but what is published there is not heard: what is said on other nodes comes seconds late',
    },
  },

  audited,
  errors,
  facts,
  waysOut,
  fields,
}

export type Words = typeof en
