import type { AppContext } from '../http/context.ts'
import { chooseFace } from '../http/faces.ts'
import { onOneLine } from '../messages/format.ts'
import { redirectTo } from './session.ts'

/**
 * The answer to something done to a room: browsers go on to a page, programs get the facts, people at a terminal a line.
 */
export function answerAct(c: AppContext, { path, facts, line, status = 200 }: ActAnswer): Response {
  const face = chooseFace(c.req.raw)
  if (face === 'text') return c.text(`${onOneLine(line)}\n`, status)
  if (face === 'json') return c.json(facts, status)
  return redirectTo(c, path, facts)
}

interface ActAnswer {
  path: string
  facts: Record<string, unknown>
  line: string
  status?: 200 | 201
}
