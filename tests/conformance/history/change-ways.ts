/** Every way in which the contract lets someone change what they have said. */
import type { Question } from '../../tools/http-client.ts'
import type { Change } from './history.ts'

type Way = (change: Change) => {
  /** After the message's address. */
  act: string
  question: Question
}

const reaction = (emoji: string) => `/reactions/${encodeURIComponent(emoji)}`
const accepting = (Accept: string) => ({ headers: { Accept } })

export const changeWays: Record<Change['kind'], Way[]> = {
  edit: [
    ({ body }) => ({
      act: '',
      question: { method: 'PUT', json: { body }, ...accepting('application/json') },
    }),
    ({ body }) => ({ act: '', question: { method: 'PUT', form: { body }, ...accepting('text/plain') } }),
    ({ body }) => ({ act: '/edit', question: { form: { body }, ...accepting('text/html') } }),
    ({ body }) => ({ act: '/edit', question: { json: { body }, ...accepting('application/json') } }),
  ],
  react: [
    ({ body }) => ({ act: reaction(body), question: { method: 'PUT', ...accepting('application/json') } }),
    ({ body }) => ({ act: reaction(body), question: { method: 'PUT', ...accepting('text/plain') } }),
  ],
  'take back': [
    ({ body }) => ({ act: reaction(body), question: { method: 'DELETE', ...accepting('application/json') } }),
  ],
  delete: [
    () => ({ act: '', question: { method: 'DELETE', ...accepting('application/json') } }),
    () => ({ act: '', question: { method: 'DELETE', ...accepting('text/plain') } }),
    () => ({ act: '/delete', question: { form: {}, ...accepting('text/html') } }),
  ],
}
