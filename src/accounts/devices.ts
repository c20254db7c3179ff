import Bowser from 'bowser'

/** Of what a browser calls itself, this much is kept. */
export const LONGEST_DEVICE = 255
/** Of a name that we do not know, this much is shown. */
const LONGEST_UNKNOWN = 60

/** What someone logged in with: `Firefox` on `Linux`, or `curl/8.5.0` on nothing that it told. */
export interface Device {
  program: string
  system: string
}

/** The device behind a User-Agent. Only browsers are worth guessing at: others say in their first word what they are. */
export function deviceOf(userAgent: string): Device {
  const isBrowser = userAgent.startsWith('Mozilla/')
  const { browser, os, platform } = isBrowser ? Bowser.parse(userAgent) : Bowser.parse('none')
  if (browser.name) return { program: browser.name, system: platform.model ?? os.name ?? '' }
  const [first = ''] = userAgent.trim().split(/[\s(]/)
  return { program: (isBrowser ? userAgent : first).slice(0, LONGEST_UNKNOWN), system: '' }
}
