/** What a route asks of whoever comes to it. A session has every scope; a token has those that it was made for. */
export type Right =
  /** Nothing: it is open. */
  | 'anyone'
  /** A session or a token, whatever it is for. */
  | 'member'
  /** The scope `read` or `send`. */
  | 'read'
  | 'send'
  /** A session: what belongs to an account itself is done by its person in a browser, never by a token. */
  | 'in person'
  /** The scope `admin`, and a role to match. */
  | 'admin'
  | 'owner'
  | 'owner in person'

/** Every route of the house and its right. The house does not start with a route that is not named here. */
export const RIGHTS: Readonly<Record<string, Right>> = {
  'GET /static/:name': 'anyone',
  'GET /healthz': 'anyone',
  'GET /readyz': 'anyone',
  'GET /rooms/:room{[a-z0-9-]+}/frame': 'anyone',
  'GET /rooms/:room{[a-z0-9-]+}/frame/again': 'anyone',

  'GET /': 'anyone',
  'GET /register': 'anyone',
  'POST /register': 'anyone',
  'GET /invite/:secret': 'anyone',
  'GET /login': 'anyone',
  'POST /login': 'anyone',
  'GET /login/passkey': 'anyone',
  'POST /login/passkey': 'anyone',
  'POST /login/passkey/options': 'anyone',
  'POST /logout': 'anyone',
  'POST /language': 'anyone',
  'POST /tokens': 'anyone',
  'GET /forgot': 'anyone',
  'POST /forgot': 'anyone',
  'POST /forgot/code': 'anyone',
  'GET /reset/:secret': 'anyone',
  'POST /reset/:secret': 'anyone',

  'GET /events': 'read',
  'GET /rooms': 'read',
  'POST /rooms': 'send',
  'POST /direct': 'send',
  'GET /rooms/:room': 'read',
  'GET /rooms/:room/people': 'read',
  'POST /rooms/:room/join': 'send',
  'POST /rooms/:room/leave': 'send',
  'POST /rooms/:room/invite': 'send',
  'POST /rooms/:room/remove': 'send',
  'POST /rooms/:room/hosts': 'send',
  'POST /rooms/:room/level': 'send',
  'POST /rooms/:room/typing': 'send',
  'POST /rooms/:room/read': 'read',
  'POST /rooms/:room/unread': 'read',
  'GET /rooms/:room/settings': 'read',
  'POST /rooms/:room/settings': 'send',
  'GET /rooms/:room/composer': 'send',
  'POST /rooms/:room/messages': 'send',
  'GET /rooms/:room/messages/:number': 'read',
  'PUT /rooms/:room/messages/:number': 'send',
  'DELETE /rooms/:room/messages/:number': 'send',
  'GET /rooms/:room/messages/:number/edit': 'send',
  'POST /rooms/:room/messages/:number/edit': 'send',
  'GET /rooms/:room/messages/:number/delete': 'send',
  'POST /rooms/:room/messages/:number/delete': 'send',
  'GET /rooms/:room/messages/:number/versions': 'read',
  'GET /rooms/:room/messages/:number/replies': 'read',
  'POST /rooms/:room/messages/:number/reactions': 'send',
  'PUT /rooms/:room/messages/:number/reactions/:emoji': 'send',
  'DELETE /rooms/:room/messages/:number/reactions/:emoji': 'send',
  'GET /rooms/:room/history': 'read',
  'GET /rooms/:room/events': 'read',
  'GET /rooms/:room/socket': 'read',

  'GET /people/:member': 'read',
  'POST /people/:member/block': 'in person',
  'POST /people/:member/unblock': 'in person',
  'POST /account/about': 'in person',

  'GET /account': 'in person',
  'GET /account/own.css': 'in person',
  'POST /account/transport': 'in person',
  'POST /account/language': 'in person',
  'POST /account/name': 'in person',
  'POST /account/password': 'in person',
  'POST /account/sessions/:id/end': 'in person',
  'POST /account/sessions/end-others': 'in person',
  'POST /account/tokens': 'in person',
  'POST /account/tokens/:id/revoke': 'in person',
  'POST /account/download': 'in person',
  'POST /account/leave': 'in person',
  'GET /account/second-factor': 'in person',
  'GET /account/second-factor/authenticator': 'in person',
  'POST /account/second-factor/authenticator': 'in person',
  'POST /account/second-factor/authenticator/off': 'in person',
  'GET /account/second-factor/recovery-codes': 'in person',
  'POST /account/second-factor/recovery-codes': 'in person',
  'GET /account/passkeys': 'in person',
  'POST /account/passkeys/options': 'in person',
  'POST /account/passkeys': 'in person',
  'GET /account/passkeys/:id': 'in person',
  'POST /account/passkeys/:id/remove': 'in person',

  'GET /admin': 'admin',
  'GET /admin/members': 'admin',
  'GET /admin/members/:member': 'admin',
  'POST /admin/members/:member/role': 'owner',
  'POST /admin/members/:member/owner': 'owner in person',
  'POST /admin/members/:member/suspend': 'admin',
  'POST /admin/members/:member/reinstate': 'admin',
  'POST /admin/members/:member/password-link': 'admin',
  'GET /admin/invitations': 'admin',
  'POST /admin/invitations': 'admin',
  'POST /admin/invitations/:invitation/withdraw': 'admin',
  'GET /admin/audit': 'admin',
}
