import { describe, expect, it } from 'vitest'
import { deviceOf } from './devices.ts'

describe('a device', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox', 'Linux'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
      'Safari',
      'iPhone',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
      'Chrome',
      'Windows',
    ],
    ['curl/8.5.0', 'curl/8.5.0', ''],
    ['Lynx/2.9.0dev.12 libwww-FM/2.14FM SSL-MM/1.4.1 GNUTLS/3.7.8', 'Lynx/2.9.0dev.12', ''],
    ['Links (2.29; Linux 6.1 x86_64; GNU C 12; text)', 'Links', ''],
    ['w3m/0.5.3+git20230121', 'w3m/0.5.3+git20230121', ''],
    ['Mozilla/5.0', 'Mozilla/5.0', ''],
    ['', '', ''],
    ['x'.repeat(10_000), 'x'.repeat(60), ''],
  ])('that calls itself %j is %s on %j', (userAgent, program, system) => {
    expect(deviceOf(userAgent)).toEqual({ program, system })
  })
})
