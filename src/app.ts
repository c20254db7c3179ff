import { Hono } from 'hono'
import { compress } from 'hono/compress'
import type { Env, House } from './http/context.ts'
import { behindTheDoor, OPEN_ROUTES } from './http/door.ts'
import { problem } from './http/errors.ts'
import { securityHeaders } from './http/headers.ts'
import { BelievedIdentities, identify } from './http/identity.ts'
import { proveIntent } from './http/intent.ts'
import { renderProblem } from './http/render-problem.tsx'
import { readFields, refuseOtherMethods, welcome } from './http/request.ts'
import { account } from './routes/account.ts'
import { front } from './routes/front.tsx'
import { health } from './routes/health.ts'
import { history } from './routes/history.tsx'
import { live } from './routes/live.tsx'
import { login, logout } from './routes/login.tsx'
import { messages } from './routes/messages.tsx'
import { register } from './routes/register.tsx'
import { rooms } from './routes/rooms.tsx'
import { files } from './routes/static.ts'
import { tokens } from './routes/tokens.ts'

/** The table of contents: what answers where. Everything is behind the door but what `OPEN_ROUTES` names. */
export function createApp(house: House): Hono<Env> {
  const believed = new BelievedIdentities()
  house.bus.subscribe((news) => believed.hear(news))
  const app = new Hono<Env>()

  app.onError((error, c) => renderProblem(c, error))
  app.use(welcome(house), securityHeaders, compress())
  app.route('/', files)
  app.route('/', health)
  app.use(readFields, identify(believed), proveIntent, behindTheDoor(OPEN_ROUTES))

  app.route('/', front)
  app.route('/register', register)
  app.route('/login', login)
  app.route('/logout', logout)
  app.route('/tokens', tokens)
  app.route('/', account)
  app.route('/', rooms)
  app.route('/', messages)
  app.route('/', history)
  app.route('/', live)

  refuseOtherMethods(app)
  app.notFound(() => {
    throw problem('notFound')
  })
  return app
}
