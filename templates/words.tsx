import { createContext, useContext } from 'hono/jsx'
import { en, type Words } from '../src/words/en.ts'

/** The language of what is being rendered. Handlers provide another catalogue; without one it is English. */
export const WordsContext = createContext<Words>(en)

export const useWords = (): Words => useContext(WordsContext)
