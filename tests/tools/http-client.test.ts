import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { ask, cookieOf, openEvents, openLines, openSocket } from './http-client.ts'

let stream: ServerResponse
const server = createServer((request, response) => {
  if (request.url === '/stream') {
    stream = response
    response.writeHead(200, { 'Content-Type': request.headers.accept })
    response.flushHeaders()
  } else {
    response.writeHead(303, { Location: '/next', 'Set-Cookie': ['a=1; Path=/', 'b=2; HttpOnly'] })
    response.end(JSON.stringify(request.headers))
  }
})
const sockets = new WebSocketServer({ noServer: true })
let origin = ''

beforeAll(async () => {
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/closed') socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
    else
      sockets.handleUpgrade(request, socket, head, (opened) => opened.on('message', () => opened.close(1008)))
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  origin = `http://localhost:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

describe('the HTTP client', () => {
  it('sends the headers that fetch forbids, follows no redirect, and keeps cookies', async () => {
    const headers = { Origin: 'https://evil.example', Host: 'other.example', 'Sec-Fetch-Site': 'cross-site' }
    const answer = await ask(origin, '/', { form: { a: 'ä' }, headers })
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe('/next')
    expect(answer.json()).toMatchObject({
      origin: 'https://evil.example',
      host: 'other.example',
      'sec-fetch-site': 'cross-site',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': '8',
    })
    expect(cookieOf(answer)).toBe('a=1; b=2')
  })

  it('reads events that come in pieces, and sees the end', async () => {
    const events = await openEvents(origin, '/stream')
    stream.write(': hello\n\nretry: 900\n\nevent: ready\nid: 4')
    stream.write('.k\ndata: a\ndata:  b\n\ndata: <li>\n\n')
    const last = await events.until('the fragment', ({ data }) => data === '<li>')
    expect(last).toEqual({ event: '', id: '', data: '<li>' })
    expect(events.received[0]).toEqual({ event: 'ready', id: '4.k', data: 'a\n b' })
    stream.destroy()
    await expect.poll(events.hasEnded).toBe(true)
  })

  it('reads lines, and only whole ones', async () => {
    const lines = await openLines(origin, '/stream', { Accept: 'text/plain' })
    stream.write('#1 Ada: tea\n* rea')
    await lines.until('the line', (line) => line === '#1 Ada: tea')
    stream.write('dy 1.k\n')
    await lines.until('the rest', (line) => line === '* ready 1.k')
    expect(lines.headers['content-type']).toBe('text/plain')
    lines.close()
  })

  it('tells how a WebSocket was closed or refused', async () => {
    const socket = await openSocket(origin, '/', {})
    socket.send('hello')
    expect(await socket.closed()).toBe(1008)
    await expect(openSocket(origin, '/closed', {})).rejects.toThrow('Unexpected server response: 401')
  })
})
