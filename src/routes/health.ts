import { Hono } from 'hono'
import type { Env } from '../http/context.ts'

/** For supervisors and proxies: `/healthz` says that the process is alive, `/readyz` that it can serve. */
export const health = new Hono<Env>()
  .get('/healthz', (c) => c.text('alive\n'))
  .get('/readyz', async (c) => {
    const { isDraining, isDatabaseReady } = c.get('house')
    c.header('Cache-Control', 'no-store')
    if (isDraining()) return c.text('draining\n', 503)
    return (await isDatabaseReady()) ? c.text('ready\n') : c.text('the database does not answer\n', 503)
  })
