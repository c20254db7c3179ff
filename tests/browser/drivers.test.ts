/** The drivers themselves, against a page that cannot be at fault. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../tools/available.ts'
import { accessibilityProblems, openBrowser } from '../tools/browser.ts'
import { startProxy } from '../tools/proxy.ts'
import { startTerminal } from '../tools/terminal.ts'

const page = `<!doctype html><html lang="en"><head><title>Tea 茶</title></head><body><main><h1>Tea 茶</h1>
<form action="/said"><label>Words <input name="words"></label> <button>Say</button></form></main></body></html>`

const house = createServer((request, response) => {
  const said = new URL(request.url ?? '/', 'http://localhost').searchParams.get('words')
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  response.end(said === null ? page : `<!doctype html><title>Said</title><p>You said ${said}.</p>`)
})
let origin = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => house.listen(0, 'localhost', resolve))
  origin = `http://localhost:${(house.address() as AddressInfo).port}`
})
afterAll(() => {
  house.close()
})

describeWith(['tmux', 'lynx'], 'the terminal', () => {
  it('types into lynx and reads what it shows', async () => {
    const terminal = startTerminal(['lynx', origin])
    try {
      await terminal.waitFor('Tea 茶')
      // The field is the first place on the page, so lynx stands in it.
      terminal.type('two words 你好')
      terminal.press('Tab', 'Enter')
      await terminal.waitFor('You said two words 你好.')
    } finally {
      terminal.close()
    }
  })

  it('says what the screen showed when it waited in vain', async () => {
    const terminal = startTerminal(['cat'])
    try {
      terminal.type('only this')
      await expect(terminal.waitFor('something else', 200)).rejects.toThrow(/The screen shows:\nonly this/)
    } finally {
      terminal.close()
    }
  })
})

describeWith(['chromium'], 'the browser', () => {
  it('finds what is not accessible', async () => {
    const browser = await openBrowser()
    try {
      const tab = await browser.newPage()
      await tab.goto(origin)
      expect(await accessibilityProblems(tab)).toEqual([])
      await tab.goto(`${origin}/said?words=x`)
      expect(await accessibilityProblems(tab)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^html-has-lang/)]),
      )
    } finally {
      await browser.close()
    }
  })

  it('passes HTTP through the proxy that refuses WebSockets', async () => {
    const proxy = await startProxy(origin, { webSockets: 'refused' })
    const browser = await openBrowser()
    try {
      const tab = await browser.newPage()
      await tab.goto(proxy.origin)
      expect(await tab.textContent('h1')).toBe('Tea 茶')
      const outcome = await tab.evaluate(
        (url) =>
          new Promise((resolve) => {
            const socket = new WebSocket(url)
            socket.onopen = () => resolve('open')
            socket.onclose = ({ code }) => resolve(code)
          }),
        proxy.origin.replace('http', 'ws'),
      )
      expect(outcome).toBe(1006)
      expect(proxy.handshakes()).toBe(1)
    } finally {
      await browser.close()
      proxy.close()
    }
  })
})
