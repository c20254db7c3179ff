import { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { roomUrl } from '../../templates/addresses.ts'
import { BackToFrameKeeper, FrameKeeper } from '../../templates/frame-keeper.tsx'
import { WordsContext } from '../../templates/words.tsx'
import type { AppContext, Env } from '../http/context.ts'
import { acceptedTypes, isTextBrowser } from '../http/faces.ts'
import { wordsFor } from '../http/language.ts'
import { renderPage } from '../http/page.tsx'
import { wordsOf } from '../words/languages.ts'

/**
 * The two pages around the endless page. They hold nothing of a room but its address, so they are open; their addresses change with
 * their stylesheet and their language, and the browser keeps them: they must come when the house is away.
 */
export const frames = new Hono<Env>()
  .get('/rooms/:room{[a-z0-9-]+}/frame', (c) => {
    const slug = c.req.param('room')
    return keep(c, slug, <FrameKeeper slug={slug} page={nobody(c)} />)
  })
  .get('/rooms/:room{[a-z0-9-]+}/frame/again', (c) => {
    const slug = c.req.param('room')
    return keep(c, slug, <BackToFrameKeeper slug={slug} page={nobody(c)} />)
  })

/** Whoever asks: the answer is the same for all. */
const nobody = (c: AppContext) => ({
  viewer: null,
  formToken: '',
  path: c.req.path,
  isAPlace: true,
})

function keep(c: AppContext, slug: string, page: Child): Response {
  c.header('Vary', 'Accept, Accept-Language')
  // Frames are links there.
  if (isTextBrowser(acceptedTypes(c.req.raw))) return c.redirect(roomUrl(slug), 303)
  c.header('Cache-Control', 'private, max-age=31536000, immutable')
  const words = wordsOf(c.req.query('lang')) ?? wordsFor(c)
  c.header('Content-Language', words.lang)
  return renderPage(c, <WordsContext.Provider value={words}>{page}</WordsContext.Provider>)
}
