import { type Column, getTableColumns, type InferInsertModel, type SQL, sql } from 'drizzle-orm'
import type { MySqlTable } from 'drizzle-orm/mysql-core'

/**
 * Many rows in one statement of one parameter, which the driver spells out (mysql2: nested arrays become `(...), (...)`). Drizzle's own
 * `insert` wraps each value of each row in objects, which for a full batch cost more than everything else that happens to a message.
 * @param rows at least one; every column that the first row names, in all of them
 */
export function insertRows<Table extends MySqlTable>(
  table: Table,
  rows: readonly InferInsertModel<Table>[],
): SQL {
  const columns = Object.entries<Column>(getTableColumns(table)).filter(([name]) => name in (rows[0] ?? {}))
  const names = columns.map(([, column]) => sql.identifier(column.name))
  const values = rows.map((row) =>
    columns.map(([name, column]) => toDriver(column, row[name as keyof typeof row])),
  )
  return sql`insert into ${table} (${sql.join(names, sql`, `)}) values ${sql.param(values)}`
}

/** As `inArray`, in one parameter. @param values at least one */
export function isOneOf<Value>(column: Column, values: readonly Value[]): SQL {
  return sql`${column} in (${sql.param(values.map((value) => toDriver(column, value)))})`
}

function toDriver(column: Column, value: unknown): unknown {
  return value === null || value === undefined ? null : column.mapToDriverValue(value)
}
