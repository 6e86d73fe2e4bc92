import { z } from 'zod'
import { asked, placed } from '../calls.ts'
import {
  eachPath,
  headerName,
  itemPath,
  jsonObject,
  jsonPath,
  lifetime,
  parameter,
  pathTemplate,
  query,
  record,
  text,
} from '../values.ts'
import { gridBatch, gridCreate, gridDelete, gridIdempotency } from './grid.ts'

const item = jsonPath.exactOptional().describe('Where the item is in the answer; the body itself when absent')
const answerId = z
  .union([
    jsonPath.describe("A path into the answer's body"),
    z
      .strictObject({ header: headerName, query: parameter })
      .describe('A header, such as `location`, has the address of what was made, and its query the id'),
  ])
  .exactOptional()
  .describe('The answer of a create says the id alone, and here')
const constant = jsonObject
  .exactOptional()
  .describe('What is written besides; what is in both is joined, member by member')

const callWrite = {
  ...asked,
  kind: z.literal('call'),
  method: z.enum(['POST', 'PUT', 'PATCH']),
  encoding: z.enum(['json', 'form']),
  item,
  answerId,
  constant,
}

/** Mistakes that a GraphQL answer lists beside its data, each with a code. */
const faults = z
  .strictObject({ list: jsonPath, code: jsonPath.describe('Where one of them has its code') })
  .describe('Where the answer lists why it refused, such as `data.customerCreate.userErrors`')

const mutation = {
  kind: z.literal('graphql'),
  ...placed,
  path: pathTemplate,
  document: text(20_000).describe('The GraphQL document'),
  faults: faults.exactOptional(),
}

const graphqlWrite = {
  ...mutation,
  input: jsonPath.describe('The variable that takes what is to be written'),
  id: jsonPath.exactOptional().describe("The variable that takes the item's id"),
  item: jsonPath
    .exactOptional()
    .describe('Where the item is in the answer, such as `data.customerCreate.customer`; without it the item is read'),
  constant,
}

const ofCall = 'A call of its own; `{id}` in its path, or as the value of a parameter, is the id'
const ofMutation = 'A GraphQL mutation'

export type WriteDefinition = z.infer<typeof writeDefinition>
/** How one item is made. The answer holds it as it is afterwards, or nothing. */
export const writeDefinition = z.discriminatedUnion('kind', [
  z.strictObject(callWrite).describe(ofCall),
  z.strictObject(graphqlWrite).describe(ofMutation),
  gridCreate,
])

const updateBody = {
  idField: jsonPath.exactOptional().describe("Where what is written has the item's id"),
  versionField: jsonPath.exactOptional().describe("Where what is written has the item's version"),
  versionAs: z
    .literal('next')
    .exactOptional()
    .describe('The version is a number, and what is said is the one after it'),
  sparse: jsonPath
    .exactOptional()
    .describe('The object whose members stay as they are unless they are said, such as `properties`'),
  replaced: z
    .array(itemPath)
    .min(1)
    .max(20)
    .exactOptional()
    .describe(
      'Nested objects of which the platform forgets what an update leaves out, such as `BillAddr`: what no field maps is said again, as it is just before',
    ),
  follows: record(itemPath, z.array(jsonPath).min(1).max(20), 20)
    .exactOptional()
    .describe('Members of those that follow from fields, by their paths: where one of these changes they are emptied'),
  cleared: z.union([z.null(), z.literal('')]).describe('What a field is set to in order to empty it'),
  emptied: z
    .int()
    .min(1)
    .max(10)
    .exactOptional()
    .describe(
      'How many members of a path lead to what is set so, where a field stands deeper: 3 for `properties.Due.date` of `properties.Due.date.start`',
    ),
}

export type UpdateDefinition = z.infer<typeof updateDefinition>
/** How one item is changed. */
export const updateDefinition = z.discriminatedUnion('kind', [
  z.strictObject({ ...callWrite, ...updateBody }).describe(ofCall),
  z.strictObject({ ...graphqlWrite, ...updateBody }).describe(ofMutation),
  gridCreate.extend(updateBody).describe(gridCreate.description ?? ''),
])

export type DeleteDefinition = z.infer<typeof deleteDefinition>
/** How one item is deleted. */
export const deleteDefinition = z.discriminatedUnion('kind', [
  z
    .strictObject({
      ...asked,
      kind: z.literal('call'),
      method: z.enum(['DELETE', 'POST', 'PUT']),
      body: jsonObject.exactOptional().describe('What it says besides, such as a status'),
      idField: jsonPath.exactOptional().describe("Where what it says has the item's id"),
      versionField: jsonPath.exactOptional().describe("Where what it says has the item's version"),
    })
    .describe(ofCall),
  z.strictObject({ ...mutation, id: jsonPath.describe("The variable that takes the item's id") }).describe(ofMutation),
  z
    .strictObject({ kind: z.literal('mark'), body: jsonObject, restore: jsonObject })
    .describe('An update that marks the item'),
  gridDelete,
])

const batchBase = {
  ...placed,
  size: z.int().min(1).max(1_000).describe('At most so many items in one call'),
  requests: jsonPath.describe('Where the items go in the body'),
  answers: jsonPath.describe('Where their answers come back'),
}

const mixedBatch = z
  .strictObject({
    ...batchBase,
    kind: z.literal('mixed'),
    path: pathTemplate,
    query: query.exactOptional(),
    correlation: jsonPath.describe('The member of a request and of its answer that says which belong together'),
    operation: z.strictObject({ field: jsonPath, create: text(50), update: text(50) }),
    thing: jsonPath.describe('The member that holds the item'),
    faultCode: jsonPath.describe('Where an answer says why it was refused'),
  })
  .describe('One call with operations of several kinds, each answered by itself')

const operationCall = z.strictObject({
  method: z.enum(['POST', 'PUT', 'PATCH']),
  path: pathTemplate,
  query: query.exactOptional(),
  id: jsonPath.exactOptional().describe("Where one request takes the item's id"),
  bare: z.literal(true).exactOptional().describe('A request holds the id and nothing else, and its answer is empty'),
})

const rowMatch = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('position') }).describe('Answers are in the order of the requests'),
  z
    .strictObject({ by: z.literal('key'), request: jsonPath, answer: jsonPath })
    .describe('A request brings a key along, which its answer repeats'),
])

const rowFaults = z.discriminatedUnion('in', [
  z
    .strictObject({ in: z.literal('answer'), code: jsonPath })
    .describe('An answer that has a code here says that its item was refused'),
  z
    .strictObject({
      in: z.literal('list'),
      list: jsonPath,
      code: jsonPath,
      at: jsonPath.describe('Where one of them says whose it is: the position of its request, or its key'),
    })
    .describe('What was refused is listed apart from the answers'),
])

const batchByOperation = z
  .strictObject({
    ...batchBase,
    kind: z.literal('by-operation'),
    answers: eachPath.exactOptional().describe('Where their answers come back; the body itself when absent'),
    body: jsonObject.exactOptional().describe('What the body says besides'),
    request: jsonObject.exactOptional().describe('What each request of a create or an update says besides'),
    answerId: jsonPath.exactOptional().describe('An answer says the id alone, and here'),
    create: operationCall.exactOptional(),
    update: operationCall.exactOptional(),
    delete: operationCall.exactOptional(),
    item: jsonPath
      .exactOptional()
      .describe('Where a request and its answer hold the item; they are the item when absent'),
    match: rowMatch.describe('Which answer belongs to which request'),
    faults: rowFaults.describe('How it is said that one was refused, inside an answer that went well'),
  })
  .describe('One call for each kind of operation, with items of that kind')

export type BatchDefinition = z.infer<typeof batchDefinition>
/** Several writes in one call, answered one by one. */
export const batchDefinition = z.discriminatedUnion('kind', [mixedBatch, batchByOperation, gridBatch])

export type BatchOf<Kind extends BatchDefinition['kind']> = BatchDefinition & { kind: Kind }

const keptFor = lifetime.exactOptional().describe('How long the platform remembers a key')

/**
 * How the platform takes the key by which it recognises a repeated write, and how long it remembers one, where it says so. A
 * create without a key, or later than that, is never sent again: a person is asked.
 */
export const idempotency = z.discriminatedUnion('in', [
  z.strictObject({ in: z.literal('query'), name: parameter, keptFor }).describe('A parameter of the query'),
  z.strictObject({ in: z.literal('header'), name: parameter, keptFor }).describe('A header'),
  z.strictObject({ in: z.literal('body'), name: jsonPath, keptFor }).describe('A path into the body'),
  gridIdempotency,
])
