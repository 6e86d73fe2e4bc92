import type { Entity } from './entities.ts'

/** What is wrong with one row, in Xero's words: it has no codes for it. */
export class Invalid extends Error {
  readonly messages: readonly string[]

  constructor(...messages: string[]) {
    super(messages.join(' '))
    this.messages = messages
  }
}

/** An answer that is not a success. */
export class Problem extends Error {
  readonly status: number
  readonly body: unknown
  readonly headers: Record<string, string>

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(`Xero answers ${status}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export const problem = (Status: number, Title: string, Detail: string): Problem =>
  new Problem(Status, { Type: null, Title, Status, Detail, Instance: '4f6d2e8a-5a0e-4a05-a2d6-c0cfe8b7b4a9' })

/** A resource that is not there is answered as text. */
export const notFound = (): Problem => new Problem(404, 'The resource you’re looking for cannot be found')

export const queryFault = (Message: string): Problem =>
  new Problem(400, { ErrorNumber: 16, Type: 'QueryParseException', Message })

export const validationException = (Elements: readonly Entity[]): Problem =>
  new Problem(400, {
    ErrorNumber: 10,
    Type: 'ValidationException',
    Message: 'A validation exception occurred',
    Elements,
  })

export const badRequest = (Message: string): Problem =>
  new Problem(400, { ErrorNumber: 14, Type: 'PostDataInvalidException', Message })

/** A row with what is wrong with it. */
export const refusedRow = (row: Entity, { messages }: Invalid): Entity => ({
  ...row,
  HasErrors: true,
  HasValidationErrors: true,
  StatusAttributeString: 'ERROR',
  ValidationErrors: messages.map(Message => ({ Message })),
})

/** Refuses a text that is longer than Xero takes. */
export function checkLengths(row: Entity, longest: Readonly<Record<string, number>>): void {
  for (const [name, max] of Object.entries(longest)) {
    const value = row[name]
    if (value === undefined || value === null) continue
    if (typeof value !== 'string') throw new Invalid(`${name} must be text`)
    if (value.length > max) throw new Invalid(`The field ${name} must be a string with a maximum length of ${max}.`)
  }
}
