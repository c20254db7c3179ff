/**
 * Who gets which answer where: one line for each route of the router. A route without a line fails `rights.test.ts` and `intent.test.ts`.
 *
 * To add a route: write its method and path as the router has them (a query may follow), then the status for each column when it is asked
 * for in JSON, and at the end the form that a write is sent. The rest is derived: pages, sessions and tokens that have ended, and every
 * request that another site could make.
 *
 * - A status of 400 and more changes nothing in the database, nor does any GET; that is checked. `=200` is an answer that changes nothing either.
 *   For the first column without either, a write must change something.
 * - `:member`, `:room` and such in a path are the member's of the third column: `thingsOf` in `matrix-cast.ts` says what they are. The
 *   stranger of the second column is a member too, but not the one to whom they belong.
 * - In a form `:unique` is a new word each time. Where a password is asked for, none is sent: 422 is behind the door.
 */
const table = `
                                                        session of                         token to
                                                        nobody stranger member admin owner read send keep  form

GET  /static/:name                                      200    200      200    200   200   200  200  200
GET  /healthz                                           200    200      200    200   200   200  200  200
GET  /readyz                                            200    200      200    200   200   200  200  200
GET  /rooms/:room{[a-z0-9-]+}/frame                     200    200      200    200   200   200  200  200
GET  /rooms/:room{[a-z0-9-]+}/frame/again               200    200      200    200   200   200  200  200

GET  /                                                  200    303      303    303   303   303  303  303
GET  /register                                          200    200      200    200   200   200  200  200
POST /register                                          422    422      422    422   422   422  422  422
GET  /invite/:secret                                    200    200      200    200   200   200  200  200
GET  /login                                             200    303      303    303   303   303  303  303
POST /login                                             422    422      422    422   422   422  422  422   phone=0&password=0
GET  /login/passkey                                     303    303      303    303   303   303  303  303
POST /login/passkey                                     422    422      422    422   422   422  422  422
POST /login/passkey/options                             200    200      200    200   200   200  200  200
POST /logout                                            =200   200      200    200   200   =200 =200 =200
POST /language                                          =200   =200     =200   =200  =200  =200 =200 =200  language=zh-Hans
POST /tokens                                            401    201      201    201   201   403  403  403
GET  /forgot                                            200    200      200    200   200   200  200  200
POST /forgot                                            403    403      403    403   403   403  403  403
POST /forgot/code                                       422    422      422    422   422   422  422  422
GET  /reset/:secret                                     200    200      200    200   200   200  200  200
POST /reset/:secret                                     422    422      422    422   422   422  422  422

GET  /rooms                                             401    200      200    200   200   200  403  403
GET  /rooms/:room                                       401    200      200    200   200   200  403  403
GET  /events?wait=0                                     401    200      200    200   200   200  403  403
POST /rooms                                             401    201      201    201   201   403  201  403   name=:unique
POST /direct                                            401    422      422    422   422   403  422  403
GET  /rooms/:room/people                                401    200      200    200   200   200  403  403
POST /rooms/:room/join                                  401    =200     =200   =200  =200  403  =200 403
POST /rooms/:room/invite                                401    422      422    422   422   403  422  403
POST /rooms/:room/remove                                401    403      403    404   404   403  403  403
POST /rooms/:room/hosts                                 401    403      403    422   422   403  403  403
POST /rooms/:room/level                                 401    200      200    200   200   403  200  403   level=mentions
GET  /rooms/:room/settings                              401    403      403    200   200   403  403  403
POST /rooms/:room/settings                              401    403      403    200   200   403  403  403   topic=:unique
POST /rooms/:room/typing                                401    =204     =204   =204  =204  403  =204 403
POST /rooms/:room/read                                  401    200      200    200   200   200  403  403   number=1
POST /rooms/:room/unread                                401    200      200    200   200   200  403  403   number=1
POST /rooms/:room/leave                                 401    200      200    200   200   403  200  403
GET  /rooms/:room/composer                              401    200      200    200   200   403  200  403
POST /rooms/:room/messages                              401    201      201    201   201   403  201  403   body=hello
GET  /rooms/:room/messages/:number                      401    200      200    200   200   200  403  403
PUT  /rooms/:room/messages/:number                      401    403      200    403   403   403  200  403   body=:unique
GET  /rooms/:room/messages/:number/edit                 401    403      200    403   403   403  200  403
POST /rooms/:room/messages/:number/edit                 401    403      200    403   403   403  200  403   body=:unique
GET  /rooms/:room/messages/:number/versions             401    200      200    200   200   200  403  403
GET  /rooms/:room/messages/:number/replies              401    200      200    200   200   200  403  403
POST /rooms/:room/messages/:number/reactions            401    200      200    200   200   403  200  403   emoji=🍵
PUT  /rooms/:room/messages/:number/reactions/:emoji     401    200      200    200   200   403  200  403
DELETE /rooms/:room/messages/:number/reactions/:emoji   401    =200     =200   =200  =200  403  =200 403
GET  /rooms/:room/messages/:number/delete               401    403      200    200   200   403  200  403
POST /rooms/:room/messages/:number/delete               401    403      200    200   200   403  200  403
DELETE /rooms/:room/messages/:number                    401    403      200    200   200   403  200  403
GET  /rooms/:room/history                               401    200      200    200   200   200  403  403
GET  /rooms/:room/events?wait=0                         401    200      200    200   200   200  403  403
GET  /rooms/:room/socket                                401    426      426    426   426   426  403  403

GET  /people/:member                                    401    200      200    200   200   200  403  403
POST /people/:member/block                              401    200      200    200   200   403  403  403
POST /people/:member/unblock                            401    200      200    200   200   403  403  403
POST /account/about                                     401    200      200    200   200   403  403  403   about=:unique

GET  /account                                           401    200      200    200   200   403  403  403
GET  /account/own.css                                   401    200      200    200   200   403  403  403
POST /account/transport                                 401    200      200    200   200   403  403  403   transport=poll
POST /account/language                                  401    200      200    200   200   403  403  403   language=zh-Hans
POST /account/name                                      401    200      200    200   200   403  403  403   name=:unique
POST /account/password                                  401    422      422    422   422   403  403  403
POST /account/sessions/:id/end                          401    =200     200    =200  =200  403  403  403
POST /account/sessions/end-others                       401    200      200    200   200   403  403  403
POST /account/tokens                                    401    201      201    201   201   403  403  403   name=curl&scopes=read&days=7
POST /account/tokens/:id/revoke                         401    =200     200    =200  =200  403  403  403
POST /account/download                                  401    =200     =200   =200  =200  403  403  403
POST /account/leave                                     401    422      422    422   403   403  403  403   messages=keep
GET  /account/second-factor                             401    200      200    200   200   403  403  403
GET  /account/second-factor/authenticator               401    200      200    200   200   403  403  403
POST /account/second-factor/authenticator               401    422      422    422   422   403  403  403
POST /account/second-factor/authenticator/off           401    422      422    422   422   403  403  403
GET  /account/second-factor/recovery-codes              401    200      200    200   200   403  403  403
POST /account/second-factor/recovery-codes              401    422      422    422   422   403  403  403
GET  /account/passkeys                                  401    200      200    200   200   403  403  403
POST /account/passkeys/options                          401    422      422    422   422   403  403  403
POST /account/passkeys                                  401    422      422    422   422   403  403  403
GET  /account/passkeys/:id                              401    404      200    404   404   403  403  403
POST /account/passkeys/:id/remove                       401    404      422    404   404   403  403  403

GET  /admin                                             401    403      403    303   303   403  403  303
GET  /admin/members                                     401    403      403    200   200   403  403  200
GET  /admin/members/:member                             401    403      403    200   200   403  403  200
POST /admin/members/:member/role                        401    403      403    403   200   403  403  403   role=admin
POST /admin/members/:member/owner                       401    403      403    403   422   403  403  403
POST /admin/members/:member/suspend                     401    403      403    200   200   403  403  200
POST /admin/members/:member/reinstate                   401    403      403    =200  =200  403  403  =200
POST /admin/members/:member/password-link               401    403      403    201   201   403  403  201
GET  /admin/invitations                                 401    403      403    200   200   403  403  200
POST /admin/invitations                                 401    403      403    201   201   403  403  201   uses=1&hours=1
POST /admin/invitations/:invitation/withdraw            401    403      403    200   200   403  403  200
GET  /admin/audit                                       401    403      403    200   200   403  403  200
`

/** The columns: whose session, and tokens of the member and of the admin, each for one thing. */
export const columns = ['nobody', 'stranger', 'member', 'admin', 'owner', 'read', 'send', 'keep'] as const
export type Column = (typeof columns)[number]

export interface Cell {
  /** In JSON. */
  status: number
  changesNothing: boolean
}

export interface Row {
  method: string
  /** As the router has it. */
  path: string
  query: string
  cells: Record<Column, Cell>
  form: Record<string, string>
}

export const matrix: Row[] = table
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line))
  .map(rowOf)

function rowOf(line: string): Row {
  const [method = '', address = '', ...rest] = line.split(/ +/)
  const [path = '', query = ''] = address.split('?')
  const cells = columns.map((column, place) => [column, cellOf(method, rest[place] ?? '')])
  return {
    method,
    path,
    query,
    cells: Object.fromEntries(cells) as Row['cells'],
    form: Object.fromEntries(new URLSearchParams(rest[columns.length])),
  }
}

function cellOf(method: string, spelled: string): Cell {
  const status = Number(spelled.replace('=', ''))
  return { status, changesNothing: method === 'GET' || status >= 400 || spelled.startsWith('=') }
}
