import { expect, it } from 'vitest'
import { pathForLog } from './render-problem.tsx'

it.each([
  ['/invite/kept-secret', '/invite/…'],
  ['/reset/kept-secret', '/reset/…'],
  ['/reset/kept/secret', '/reset/…'],
  ['/rooms/invite/messages', '/rooms/invite/messages'],
  ['/admin/invitations', '/admin/invitations'],
])('%s is %s in the log', (path, logged) => {
  expect(pathForLog(path)).toBe(logged)
})
