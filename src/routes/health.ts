import { Hono } from 'hono'
import type { Env } from '../http/context.ts'
import { wordsFor } from '../http/language.ts'

/** For supervisors and proxies: `/healthz` says that the process is alive, `/readyz` that it can serve. */
export const health = new Hono<Env>()
  .get('/healthz', (c) => c.text(`${wordsFor(c).health.alive}\n`))
  .get('/readyz', async (c) => {
    const { isDraining, isDatabaseReady, bus } = c.get('house')
    c.header('Cache-Control', 'no-store')
    const words = wordsFor(c).health
    if (isDraining()) return c.text(`${words.draining}\n`, 503)
    if (!(await isDatabaseReady())) return c.text(`${words.databaseAway}\n`, 503)
    const trouble = bus.trouble()
    return trouble ? c.text(`${words.bus[trouble]}\n`, 503) : c.text(`${words.ready}\n`)
  })
