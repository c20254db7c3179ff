import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig, variableDefaults } from './config.ts'

const refusal = (environment: Record<string, string>) => {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return null
}

describe('the configuration', () => {
  it('stands without any variable', () => {
    expect(readConfig({})).toMatchObject({
      PORT: 8080,
      HOST: 'localhost',
      PUBLIC_URL: null,
      REGISTRATION: 'open',
    })
  })

  it('takes an empty variable for none', () => {
    expect(readConfig({ PORT: '', PUBLIC_URL: '' })).toMatchObject({ PORT: 8080, PUBLIC_URL: null })
  })

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PUBLIC_URL', 'tea.example.org'],
    ['PUBLIC_URL', 'https://tea.example.org/chat'],
    ['PUBLIC_URL', 'ftp://tea.example.org'],
    ['REGISTRATION', 'maybe'],
    ['DEFAULT_COUNTRY', 'XX'],
    ['TRUST_PROXY', 'yes'],
    ['DRAIN_SECONDS', '1e3'],
    ['LOG_LEVEL', 'loud'],
    ['RATE_LIMITS', 'false'],
  ])('refuses %s=%s in one line with its name, its value and what is allowed', (name, value) => {
    const line = refusal({ [name]: value })
    expect(line).toContain(`${name} is ${JSON.stringify(value)}`)
    expect(line).toContain(variableDefaults[name]?.allowed)
    expect(line).not.toContain('\n')
  })

  it('does not repeat a password', () => {
    expect(refusal({ DATABASE_URL: 'postgres://me:hunter2@db/tea' })).not.toContain('hunter2')
    expect(refusal({ REDIS_URL: 'http://:hunter2@redis' })).not.toContain('hunter2')
    expect(refusal({ SMS_WEBHOOK_URL: 'http://sms.example/hunter2' })).not.toContain('hunter2')
    expect(refusal({ SMS_WEBHOOK_TOKEN: 'hunter 2' })).not.toContain('hunter')
  })

  it.each([
    ['redis://localhost', true],
    ['rediss://tea:secret@redis.example.org:6380/2', true],
    ['redis://[::1]:6379/', true],
    ['redis://localhost/two', false],
    ['redis://localhost?tls=0', false],
    ['redis://', false],
    ['http://localhost:6379', false],
    ['localhost:6379', false],
  ])('lets nodes meet at %s: %s', (url, isTaken) => {
    expect(refusal({ REDIS_URL: url }) === null).toBe(isTaken)
  })

  it.each([
    ['https://sms.example.org/send?key=1', true],
    ['http://localhost:9000/send', true],
    ['http://127.0.0.1:9000/', true],
    ['http://[::1]:9000/', true],
    ['http://sms.example.org/send', false],
    ['http://127.0.0.1.example.org/', false],
    ['http://localhost.example.org/', false],
    ['ftp://localhost/', false],
    ['sms', false],
  ])('lets codes go to %s: %s', (url, isTaken) => {
    expect(refusal({ SMS_WEBHOOK_URL: url }) === null).toBe(isTaken)
  })

  it('is told in the README, variable by variable, with its default', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    for (const [name, { value }] of Object.entries(variableDefaults)) {
      expect(readme).toMatch(
        new RegExp(`\\| \`${name}\` \\| ${value ? `\`${value.replace('.', '\\.')}\`` : '(none|—)?'}`),
      )
    }
  })
})
