import type pg from 'pg'

/** A column of what a statement returns. */
export interface Column {
  name: string
  /** What the driver makes of it: `text`, `number`, `boolean`, `instant`, `bytes`, `json`, or a list of one of them. */
  type: string
  /** It is a column of a table that may be empty there. */
  nullable: boolean
}

const kinds: Record<string, readonly number[]> = {
  text: [18, 19, 25, 705, 1042, 1043, 1700, 2950, 3614],
  number: [20, 21, 23, 26, 700, 701],
  boolean: [16],
  instant: [1082, 1114, 1184],
  bytes: [17],
  json: [114, 3802],
  // The members of lists of bigint stay texts.
  'text[]': [1009, 1015, 1016, 1231],
  'number[]': [1005, 1007, 1021, 1022],
  'boolean[]': [1000],
  'instant[]': [1115, 1185],
  'bytes[]': [1001],
}
const kindOfType = new Map(Object.entries(kinds).flatMap(([kind, types]) => types.map(type => [type, kind] as const)))

interface Field {
  name: string
  dataTypeID: number
  tableID: number
  columnID: number
}

/**
 * Has the server read a statement, and gives the columns that it would return; nothing is carried out.
 * @throws DatabaseError for a statement that the server does not take
 */
export async function describeColumns(client: pg.Client, text: string): Promise<Column[]> {
  const fields = await new Promise<Field[]>((resolve, reject) => {
    client.query(new Description(text, resolve, reject) as unknown as pg.Submittable)
  })
  const { rows } = await client.query<{ table: number; column: number }>(
    'select attrelid as "table", attnum as "column" from pg_attribute where not attnotnull and attrelid = any($1::oid[])',
    [fields.map(field => field.tableID)],
  )
  const empty = new Set(rows.map(row => `${row.table} ${row.column}`))
  return fields.map(({ name, dataTypeID, tableID, columnID }) => ({
    name,
    type: kindOfType.get(dataTypeID) ?? `type ${dataTypeID}`,
    nullable: empty.has(`${tableID} ${columnID}`),
  }))
}

interface Connection {
  parse(query: { name: string; text: string }): void
  describe(what: { type: 'S'; name: string }): void
  sync(): void
}

/** Parse and Describe of the protocol, without Bind and Execute (PostgreSQL, 54.2.3), as the driver's queue takes it. */
class Description {
  readonly #text: string
  readonly #done: (fields: Field[]) => void
  readonly #failed: (error: Error) => void
  #fields: Field[] = []

  constructor(text: string, done: (fields: Field[]) => void, failed: (error: Error) => void) {
    this.#text = text
    this.#done = done
    this.#failed = failed
  }

  submit(connection: Connection): void {
    connection.parse({ name: '', text: this.#text })
    connection.describe({ type: 'S', name: '' })
    connection.sync()
  }

  handleRowDescription({ fields }: { fields: Field[] }): void {
    this.#fields = fields
  }

  handleError(error: Error): void {
    this.#failed(error)
  }

  handleReadyForQuery(): void {
    this.#done(this.#fields)
  }
}
