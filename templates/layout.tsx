import type { Child } from 'hono/jsx'
import { asset } from '../src/http/assets.ts'
import { logInUrl } from './addresses.ts'
import { LanguageSwitch } from './language.tsx'
import { Brand } from './pictures.tsx'
import type { PageContext } from './views.ts'
import { useWords } from './words.tsx'

interface LayoutProps {
  title: string
  page: PageContext
  /** `room` fills the window, `plain` is a page with the house's header, `frame` stands inside another page. */
  kind: 'room' | 'plain' | 'frame'
  /** Seconds and address of a `<meta http-equiv=refresh>`. */
  refresh?: string
  /** More for the `<head>`. */
  head?: Child
  /** Links for the header of a plain page, before those of every page. */
  nav?: Child
  children?: Child
}

/** A complete document but for the doctype, which the handler puts before it. */
export function Layout({ title, page, kind, refresh, head, nav, children }: LayoutProps) {
  const words = useWords()
  return (
    <html lang={words.lang}>
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {refresh && <meta http-equiv="refresh" content={refresh} />}
        <link rel="icon" href={asset('icon.svg')} type="image/svg+xml" />
        <link rel="stylesheet" href={asset('style.css')} />
        {page.viewer && <link rel="stylesheet" href="/account/own.css" />}
        {head}
        {kind !== 'frame' && <script src={asset('client.js')} defer />}
        {kind === 'room' && <script src={asset('comfort.js')} defer />}
      </head>
      <body class={kind}>
        {kind === 'plain' && <Header page={page} nav={nav} />}
        {children}
      </body>
    </html>
  )
}

function Header({ page, nav }: { page: PageContext; nav?: Child }) {
  const words = useWords()
  return (
    <header class="house">
      <Brand />
      <nav aria-label={words.nav.label}>
        {nav}
        {page.viewer ? <MemberLinks page={page} /> : <VisitorLinks page={page} />}
      </nav>
    </header>
  )
}

function MemberLinks({ page }: { page: PageContext }) {
  const words = useWords()
  return (
    <>
      {page.viewer?.keepsHouse && <a href="/admin/members">{words.admin.label}</a>}{' '}
      {page.path !== '/rooms' && <a href="/rooms">{words.nav.rooms}</a>}{' '}
      {page.path.split('?')[0] !== '/account' && <a href="/account">{words.nav.account}</a>}{' '}
      <LogOut page={page} />
    </>
  )
}

function VisitorLinks({ page }: { page: PageContext }) {
  const words = useWords()
  const here = page.path.split('?')[0]
  return (
    <>
      <LanguageSwitch page={page} /> {here !== '/register' && <a href="/register">{words.nav.register}</a>}{' '}
      {here !== '/login' && (
        <a href={/^\/(register$|invite|forgot|reset)/.test(here ?? '') ? '/login' : logInUrl(page.path)}>
          {words.nav.logIn}
        </a>
      )}
    </>
  )
}

export function LogOut({ page }: { page: PageContext }) {
  const words = useWords()
  return (
    <form method="post" action="/logout" class="log-out">
      <input type="hidden" name="form_token" value={page.formToken} />
      <button type="submit" class="as-link">
        {words.nav.logOut}
      </button>
    </form>
  )
}
