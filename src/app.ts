import { Hono } from 'hono'
import type { Env, House } from './http/context.ts'
import { behindTheDoor, checkRights } from './http/door.ts'
import { problem } from './http/errors.ts'
import { usualHeaders } from './http/headers.ts'
import { believedIdentities, identify } from './http/identity.ts'
import { proveIntent } from './http/intent.ts'
import { sayLanguage } from './http/language.ts'
import { renderProblem } from './http/render-problem.tsx'
import { compressPages, readFields, refuseOtherMethods, welcome } from './http/request.ts'
import { account } from './routes/account.tsx'
import { accountTokens } from './routes/account-tokens.tsx'
import { admin } from './routes/admin.tsx'
import { changes } from './routes/changes.tsx'
import { directory } from './routes/directory.tsx'
import { forgot, reset } from './routes/forgot.tsx'
import { frames } from './routes/frames.tsx'
import { front } from './routes/front.tsx'
import { health } from './routes/health.ts'
import { history } from './routes/history.tsx'
import { language } from './routes/language.ts'
import { leaving } from './routes/leaving.tsx'
import { live } from './routes/live.tsx'
import { login, logout } from './routes/login.tsx'
import { messages } from './routes/messages.tsx'
import { passkeyLogin } from './routes/passkey-login.tsx'
import { passkeys } from './routes/passkeys.tsx'
import { people } from './routes/people.tsx'
import { reactions } from './routes/reactions.ts'
import { reading } from './routes/reading.ts'
import { invite, register } from './routes/register.tsx'
import { roomPeople } from './routes/room-people.tsx'
import { roomSettings } from './routes/room-settings.tsx'
import { rooms } from './routes/rooms.tsx'
import { secondFactor } from './routes/second-factor.tsx'
import { files } from './routes/static.ts'
import { tokens } from './routes/tokens.ts'

/** The table of contents: what answers where. Who may come where stands in `http/rights.ts`. */
export function createApp(house: House): Hono<Env> {
  const app = new Hono<Env>()

  app.onError((error, c) => renderProblem(c, error))
  app.use(usualHeaders, welcome(house), compressPages)
  app.route('/', files)
  app.route('/', health)
  app.route('/', frames)
  app.use(readFields, identify(believedIdentities(house.bus)), sayLanguage, proveIntent, behindTheDoor)

  app.route('/', front)
  app.route('/register', register)
  app.route('/invite', invite)
  app.route('/forgot', forgot)
  app.route('/reset', reset)
  app.route('/login', login)
  app.route('/login/passkey', passkeyLogin)
  app.route('/logout', logout)
  app.route('/tokens', tokens)
  app.route('/', language)
  app.route('/', account)
  app.route('/', accountTokens)
  app.route('/', leaving)
  app.route('/account/second-factor', secondFactor)
  app.route('/account/passkeys', passkeys)
  app.route('/admin', admin)
  app.route('/', directory)
  app.route('/', rooms)
  app.route('/', reading)
  app.route('/', people)
  app.route('/', roomPeople)
  app.route('/', roomSettings)
  app.route('/', messages)
  app.route('/', changes)
  app.route('/', reactions)
  app.route('/', history)
  app.route('/', live)

  checkRights(app)
  refuseOtherMethods(app)
  app.notFound(() => {
    throw problem('notFound')
  })
  return app
}
