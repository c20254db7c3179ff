import { expect, test } from 'vitest'
import { arrange } from './arrange.ts'
import type { MessageView } from './views.ts'

let number = 0
const said = (name: string, at: string): MessageView => ({
  room: 'lobby',
  number: ++number,
  version: number,
  author: { id: name.toLowerCase(), name },
  body: 'hi',
  html: '<p>hi</p>',
  notice: null,
  replyTo: null,
  replied: null,
  deletedAt: null,
  reactions: [],
  deletedByAuthor: false,
  createdAt: new Date(at), // without a zone: the server's own
  editedAt: null,
  deleted: false,
})

/** What a reader sees of the arrangement: days as they are, `Name` for an entrance, `…` for going on. */
const play = (messages: MessageView[], options?: { runs: boolean }) =>
  arrange(messages, options).map((line) =>
    'day' in line ? line.day : line.run ? '…' : line.message.author.name,
  )

test('an empty room has no lines', () => {
  expect(arrange([])).toEqual([])
})

test('a run by one speaker shows the name once', () => {
  const log = [
    said('Mei', '2026-11-23T09:00'),
    said('Mei', '2026-11-23T09:01'),
    said('Ada', '2026-11-23T09:02'),
  ]
  expect(play(log)).toEqual(['2026-11-23', 'Mei', '…', 'Ada'])
})

test('a run lasts while the pauses stay under ten minutes', () => {
  const log = [
    said('Mei', '2026-11-23T09:00'),
    said('Mei', '2026-11-23T09:09:59'),
    said('Mei', '2026-11-23T09:19:59'),
  ]
  expect(play(log)).toEqual(['2026-11-23', 'Mei', '…', 'Mei'])
})

test('a new day is a line of its own and ends a run', () => {
  const log = [said('Mei', '2026-11-22T23:59'), said('Mei', '2026-11-23T00:01')]
  expect(play(log)).toEqual(['2026-11-22', 'Mei', '2026-11-23', 'Mei'])
})

test('people of one name are told apart by their id', () => {
  const [first, second] = [said('Mei', '2026-11-23T09:00'), said('Mei', '2026-11-23T09:01')]
  expect(play([first, { ...second, author: { id: 'other', name: 'Mei' } }])).toEqual([
    '2026-11-23',
    'Mei',
    'Mei',
  ])
})

test('search results, newest first, name every speaker', () => {
  const log = [
    said('Mei', '2026-11-23T09:00'),
    said('Mei', '2026-11-23T08:59'),
    said('Mei', '2026-11-22T08:00'),
  ]
  expect(play(log, { runs: false })).toEqual(['2026-11-23', 'Mei', 'Mei', '2026-11-22', 'Mei'])
})
