import { jsx } from 'hono/jsx'

/**
 * Renders once where hono/jsx finds no AsyncLocalStorage, which it looks for but once: it would follow contexts across awaits, and on Node 20
 * and 22 that puts a hook on every promise and every write to a socket, a third of what a delivery costs. Our templates never await.
 */
export function keepJsxSynchronous(): void {
  const { getBuiltinModule } = process
  Object.assign(process, { getBuiltinModule: undefined })
  String(jsx('i', {}))
  Object.assign(process, { getBuiltinModule })
}
