import { createContext, useContext } from 'hono/jsx'
import { en, type Words } from '../src/words/en.ts'

/** The language of what is being rendered. Handlers provide another catalogue; without one it is English. */
export const WordsContext = createContext<Words>(en)

export const useWords = (): Words => useContext(WordsContext)

/** What a control is for, beside a word that several of them share. For readers alone: others see what it stands in. */
export function ForWhich({ name }: { name: string }) {
  const { open, close } = useWords().marks
  return <span class="for-readers">{open + name + close}</span>
}
