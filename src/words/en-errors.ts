/** English: what went wrong, what became of what was typed, what to do next. One entry for each code of `src/http/errors.ts`. */
export const errors = {
  notSignedIn: { title: 'You are not logged in.', detail: 'Log in, and you come back here.' },
  wrongLogin: { title: 'That did not open the door.', detail: 'Check the phone number and the password.' },
  wrongCode: {
    title: 'This account has a second factor.',
    detail: 'Send a code of the authenticator, or a recovery code, as "code".',
  },
  passkeyOnly: {
    title: 'The second factor of this account is a passkey.',
    detail: 'It needs a browser: log in there, and make the token on your account page.',
  },
  forbidden: { title: 'This is not yours to do.', detail: 'Ask whoever keeps this house.' },
  foreignOrigin: {
    title: 'This was sent from another site.',
    detail: 'Nothing was done. Open Teahouse at its own address and try again.',
  },
  noIntent: {
    title: 'We cannot tell that you meant this.',
    detail: 'Nothing was done. Open the page again and send the form from there.',
  },
  ownerStays: {
    title: 'You own this house.',
    detail: 'Nothing was done. Hand it over to someone else, then you can leave.',
  },
  notYourMessage: {
    title: 'This message is not yours to change.',
    detail: 'Nothing was changed. Who wrote it can edit it; who wrote it or keeps order here can delete it.',
  },
  noticeStays: {
    title: 'This line says what was done in the room.',
    detail: 'It stays as it is: nobody wrote it.',
  },
  messageDeleted: {
    title: 'This message was deleted.',
    detail: 'Nothing was changed. Copy what you have typed, if you want to say it anew.',
  },
  editedMeanwhile: {
    title: 'This message was edited meanwhile.',
    detail: 'Nothing was saved. Look at what it says now, then send yours again.',
  },
  tooManyReactions: {
    title: 'There is no room for another kind of reaction.',
    detail: 'A message has at most 20 different ones. Add to one that is there.',
  },
  leavingUnfinished: {
    title: 'The database went away while you were leaving.',
    detail:
      'Some of your messages may be gone. Open your account again in a minute: if it is still there, leave again, and it goes on from there.',
  },
  registrationClosed: {
    title: 'Registration is closed.',
    detail: 'Ask whoever keeps this house to let you in.',
  },
  suspended: {
    title: 'Your account is suspended.',
    detail: 'Nothing of it is lost. Ask whoever keeps this house.',
  },
  noCodes: {
    title: 'This house sends no codes.',
    detail: 'Ask whoever keeps it for a link to a new password.',
  },
  noInvitation: {
    title: 'This invitation opens no door.',
    detail: 'It may be used up, too old, or taken back. Ask whoever sent it for another.',
  },
  noPasswordLink: {
    title: 'This link opens nothing.',
    detail: 'It may have been used, or be too old. Ask whoever keeps this house for another.',
  },
  smsFailed: {
    title: 'The code could not be sent.',
    detail: 'Nothing was saved. Try again in a minute.',
  },
  notFound: { title: 'There is nothing here.', detail: 'Or it is not open to you.' },
  noRoom: { title: 'There is no such room.', detail: 'Or it is not open to you.' },
  roomMoved: { title: 'This room has another address now.', detail: 'Old links lead there.' },
  notKeeper: {
    title: 'This is for those who look after the room.',
    detail: 'Nothing was changed. Ask one of its hosts.',
  },
  notJoined: { title: 'You are not in this room.', detail: 'Nothing was changed. Join it first.' },
  roomLocked: {
    title: 'This room is locked.',
    detail: 'Not sent: only its hosts speak here now.',
  },
  roomArchived: {
    title: 'This room is archived.',
    detail: 'Not sent: it can be read, and nothing more is said here.',
  },
  directStays: {
    title: 'A direct room belongs to its people.',
    detail: 'Nobody is added to it or taken out. Make a room, or begin another with other people.',
  },
  blocksFull: {
    title: 'You have blocked as many as you can.',
    detail: 'Nothing was changed. Unblock someone first.',
  },
  slowMode: {
    title: 'This room is in slow mode.',
    detail: 'Not sent. Wait a little, then send it again.',
  },
  nobody: { title: 'Nobody of that name is here.', detail: 'Nothing was changed.' },
  noMessage: {
    title: 'There is no such message.',
    detail: 'Numbers begin at 1 and end at the newest message.',
  },
  noPasskey: { title: 'You have no such passkey.', detail: 'Perhaps it was removed already.' },
  methodNotAllowed: {
    title: 'This address does not take that.',
    detail: 'See the Allow header for what it takes.',
  },
  notAcceptable: {
    title: 'We do not speak that format here.',
    detail: 'Ask for text/html, application/json or text/plain.',
  },
  tooLong: { title: 'That is too long.', detail: 'A message has at most 10,000 characters.' },
  tooLarge: { title: 'That is too large.', detail: 'A request has at most 256 KiB.' },
  unsupportedType: {
    title: 'We cannot read that kind of body.',
    detail: 'Send a form, application/json, or a message as text/plain.',
  },
  malformed: { title: 'We could not read that.', detail: 'It is not valid UTF-8, JSON or form data.' },
  invalid: { title: 'Something needs to be put right.', detail: 'Nothing was saved.' },
  misdirected: {
    title: 'This is not an address of ours.',
    detail: 'If you keep this house: set PUBLIC_URL to the address that people type.',
  },
  tooMany: { title: 'That was a lot at once.', detail: 'Nothing was saved. Wait a moment, then try again.' },
  databaseAwayNotSaved: {
    title: 'The database is away. Nothing was sent.',
    detail:
      'Not saved. It usually takes less than a minute. Sending again is safe: a message is never posted twice.',
  },
  databaseAwayNotKnown: {
    title: 'The database went away while it was saving.',
    detail: 'Not known whether it was saved. Sending again is safe: a message is never posted twice.',
  },
  databaseAway: {
    title: 'The database is away.',
    detail: 'Nothing was changed. It usually takes less than a minute; try again then.',
  },
  overloaded: { title: 'The house is full to the door.', detail: 'Not saved. Try again in a moment.' },
  upgradeRequired: {
    title: 'This address speaks WebSocket.',
    detail: 'Ask with an upgrade, or read /events beside it.',
  },
  internal: { title: 'Something broke on our side.', detail: 'It has been written down. Try again.' },
}

/** English: what was seen that led to a problem, before the sentence of its entry. */
export const facts = {
  foreignOrigin: (theirs: string, ours: string) =>
    `This request came from ${theirs}; this house is at ${ours}.`,
  foreignSite: (site: string, ours: string) =>
    `The browser calls this request ${site}; this house is at ${ours}.`,
  streamTypes: 'A stream comes as text/event-stream and application/x-ndjson too.',
  slowMode: (slowSeconds: number, left: number) =>
    `One message in ${slowSeconds} s each; your next turn is in ${left} s.`,
  socketOrigin: (ours: string) => `A WebSocket with a cookie needs the Origin ${ours}.`,
}

/** English: the ways out of a problem. */
export const waysOut = { room: 'Back to the room', front: 'To the front page' }

/** English: the sentence beside a field that was refused. */
export const fields = {
  phoneMissing: 'Type your phone number.',
  phoneInvalid: 'This is not a phone number that we can read. Begin with + and the country code.',
  loginWrong: 'Phone number and password do not fit together.',
  confirmWrong: 'This is not your password.',
  codeMissing: 'Type a code of your authenticator, or a recovery code.',
  recoveryCodeMissing: 'Type a recovery code, or use your passkey.',
  codeWrong: 'This code does not fit, or it was used already. Wait for the next one and type that.',
  firstCodeWrong:
    'This code does not fit. Check that the clock of your device is right, and type the next one.',
  authenticatorIsOn: 'Your authenticator is on already.',
  stepExpired: 'That took more than five minutes. Type your password again.',
  passkeyRefused: 'This passkey was not taken. Try again, or log in with your password.',
  newPasskeyRefused: 'This passkey was not taken. Try again.',
  noSecondFactor: 'You have no second factor yet, so there is nothing to recover.',
  passkeyKnown: 'This passkey is here already.',
  passkeysFull: (most: number) => `An account has at most ${most} passkeys. Remove one first.`,
  passkeyName: 'A name has at most 64 characters.',
  phoneTaken: 'This number is registered already. Log in instead.',
  nameMissing: 'Type the name that others will see.',
  nameLength: (has: number) => `A name has 2 to 32 characters; yours has ${has}.`,
  nameCharacters:
    "A name is letters, digits, spaces and . _ ' - in any script, and begins with a letter or a digit.",
  nameTaken: (name: string) => `${name} already sits here.`,
  passwordMissing: 'Type a password.',
  passwordShort: (has: number, missing: number) =>
    `Eight characters or more. Yours has ${has}; ${missing} more will do.`,
  passwordLong: 'A password has at most 128 characters.',
  passwordMoved: 'Your password was changed elsewhere meanwhile. Type the one that is yours now.',
  tokenName: 'A token has a name of 1 to 64 characters.',
  scopes: 'Choose what the token may do.',
  days: 'A token works for 7, 30, 90 or 365 days.',
  leaveMessages: 'Choose whether your messages stay or go.',
  passwordCommon: 'This password is among the commonest, so it is the first that others would try.',
  passwordKnown:
    'Your name, your number and the name of this house are the first that others would try. Add something that nobody knows.',
  inviteMissing: 'This house is open to whoever was invited. Paste the link that you were sent.',
  invite: 'This invitation opens no door. Ask whoever sent it for another.',
  smsCodeWrong: 'This is not the code that was sent. You have five tries.',
  codeSpent: 'This code works no longer. Ask for another one.',
  pendingOld: 'That page was too old. Fill in the form once more.',
  smsFailed: 'The code could not be sent there. Nothing was saved; try again in a minute.',
  role: 'This takes admin or member.',
  uses: 'This takes a whole number from 1 to 1000.',
  hours: 'This takes hours, from 1 to 2160 (90 days).',
  note: 'A note has at most 200 characters.',
  id: 'This takes an id that a list gave you.',
  setupCode: 'This is not the set-up code that the start printed.',
  emoji: 'This takes one emoji.',
  roomName: 'A room has a name of up to 48 characters, with something in it to see.',
  topic: 'A topic has at most 240 characters.',
  roomKind: 'This takes open or private.',
  slug: 'An address is 1 to 64 small letters, digits and hyphens, and begins with a letter or a digit.',
  slugTaken: (slug: string) => `Another room is or was at ${slug}.`,
  slow: 'This takes whole seconds, from 0 to 21600 (6 hours).',
  yesOrNo: 'This takes yes or no.',
  level: 'This takes everything, mentions or nothing.',
  roomRole: 'This takes host or member.',
  lastHost: 'A room keeps one host. Make someone else a host first.',
  nobodyNamed: (name: string) => `Nobody here is called ${name}.`,
  peopleMissing: 'Type at least one name besides your own.',
  peopleMany: (most: number) => `At most ${most} people at once.`,
  alreadyIn: (name: string) => `${name} is in this room already.`,
  messageNumber: 'There is no message of that number here.',
  about: 'A line about yourself has at most 160 characters.',
  emptyMessage: 'There is nothing in this message yet.',
  longMessage: 'A message has at most 10,000 characters.',
  notUnicode: 'This is not valid Unicode text.',
  nonce: 'A nonce has 1 to 64 characters of A-Z a-z 0-9 _ -',
  replyTo: 'There is no message of that number to reply to.',
  text: 'This takes text.',
  number: 'This takes a whole number.',
  day: 'This takes a day such as 2026-11-23.',
  transport: 'This takes auto, websocket, sse, poll, page or none.',
  language: (spoken: string) => `This takes auto, or a language of this house: ${spoken}.`,
  bodyMissing: 'The field "body" is missing.',
}
