import { Layout } from './layout.tsx'
import { TeaTable } from './pictures.tsx'
import type { PageContext } from './views.ts'
import { useWords } from './words.tsx'

export function FrontPage({ page }: { page: PageContext }) {
  const words = useWords()
  const { heading, lede } = words.front
  return (
    <Layout title={words.front.title} page={page} kind="plain">
      <main class="front">
        <div class="table">
          <div class="welcome">
            <h1>
              {heading[0]} <br />
              {heading[1]}
            </h1>
            <p class="lede">{lede}</p>
            <p class="actions">
              <a class="button main-act" href="/register">
                {words.nav.register}
              </a>{' '}
              <a class="button" href="/login">
                {words.nav.logIn}
              </a>
            </p>
          </div>
          <TeaTable />
        </div>
        <Play />
      </main>
    </Layout>
  )
}

/** What the house is, said the way it works: speakers in the margin, a number on every line. */
function Play() {
  const words = useWords()
  const said = words.front.lines.flatMap(([question, answer]) => [
    { name: words.front.guest, text: question },
    { name: words.front.house, text: answer },
  ])
  return (
    <ul class="play">
      {said.map(({ name, text }, index) => (
        <li id={`line-${index + 1}`}>
          <b class="name">{name}</b> <span class="number">#{index + 1}</span>{' '}
          <p class="said">{linkLines(text)}</p>
        </li>
      ))}
    </ul>
  )
}

/** Makes `#4` a link to that line of the play. */
const linkLines = (text = '') =>
  text
    .split(/(#\d+)/)
    .map((part) => (/^#\d/.test(part) ? <a href={`#line-${part.slice(1)}`}>{part}</a> : part))
