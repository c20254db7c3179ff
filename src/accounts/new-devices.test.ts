import { describe, expect, it } from 'vitest'
import { type LogIn, newDevices } from './new-devices.ts'

const now = new Date('2026-11-23T04:05:06.789Z')
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000)
const logIn = (days: number, more: Partial<LogIn> = {}): LogIn => ({
  at: daysAgo(days),
  program: 'Firefox',
  system: 'Linux',
  address: '192.0.2.1',
  ...more,
})

describe('a new device', () => {
  const elsewhere = { address: '198.51.100.7' }
  const phone = { program: 'Safari', system: 'iPhone' }

  it('is one that logged in after me, from a device or an address not seen before', () => {
    const mine = logIn(5)
    const [fromElsewhere, onPhone] = [logIn(4, elsewhere), logIn(3, phone)]
    expect(newDevices([onPhone, fromElsewhere, mine], mine, now)).toEqual([onPhone, fromElsewhere])
  })

  it('is told of once, however often it logs in, and not where it was known before me', () => {
    const mine = logIn(5)
    const first = logIn(4, elsewhere)
    expect(newDevices([logIn(1, elsewhere), first, mine], mine, now)).toEqual([first])
    expect(newDevices([logIn(1, elsewhere), mine, logIn(9, elsewhere)], mine, now)).toEqual([])
    expect(newDevices([logIn(1), mine], mine, now)).toEqual([])
    // Even where my own is not remembered any more.
    expect(newDevices([logIn(1)], mine, now)).toEqual([])
  })

  it('is no news any more after 30 days', () => {
    const mine = logIn(60)
    const [recent, old] = [logIn(29, elsewhere), logIn(31, phone)]
    expect(newDevices([recent, old, mine], mine, now)).toEqual([recent])
  })
})
