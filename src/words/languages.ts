import { en, type Words } from './en.ts'
import { zh } from './zh.ts'

/** Every language that the house speaks, in the order in which they are offered. A new one is a catalogue and a line here. */
export const LANGUAGES: readonly Words[] = [en, zh]

/** @param lang what stands in `<html lang>`. @returns undefined for a language that the house does not speak */
export function wordsOf(lang: string | null | undefined): Words | undefined {
  return LANGUAGES.find((words) => words.lang === lang)
}

/** Makes something once for each language, and gives the same again to whoever asks for that language. */
export function inEachLanguage<Made>(make: (words: Words) => Made): (words: Words) => Made {
  const made = new Map<string, Made>()
  return (words) => {
    const known = made.get(words.lang)
    if (known !== undefined) return known
    const fresh = make(words)
    made.set(words.lang, fresh)
    return fresh
  }
}
