import type { ModelDefinition } from '../../../schema/models.ts'
import { instant, read } from '../../read-fields.ts'

/** A response does not change; one that is deleted leaves no trace on the list. */
export const responses = {
  collection: 'responses',
  kind: 'append',
  summary: 'Responses to a form',
  docs: 'https://www.typeform.com/developers/responses/reference/retrieve-responses/',
  asks: [
    { name: 'form', label: 'Form', help: 'The letters behind /to/ in its address', pattern: '^[A-Za-z0-9]{4,30}$' },
  ],
  id: 'token',
  list: {
    kind: 'cursor',
    path: '/forms/{form}/responses',
    page: 1000,
    param: 'before',
    limitParam: 'page_size',
    items: 'items',
    next: { from: 'last-id' },
    end: 'no-cursor',
  },
  changedSince: { kind: 'param', param: 'since', format: 'iso-seconds', deletions: false },
  fields: [
    ['form', 'landing_id', { only: 'read', transform: { kind: 'constant', value: '{form}' } }],
    ['email', 'answers.[type=email].email', read],
    ['phone', 'answers.[type=phone_number].phone_number', read],
    [
      'answers',
      'answers',
      {
        only: 'read',
        each: [
          ['question', 'field.ref'],
          ['type', 'type'],
          ['text', 'text'],
          ['email', 'email'],
          ['phone', 'phone_number'],
          ['choice', 'choice.label'],
          ['number', 'number', { transform: { kind: 'decimal' } }],
          ['date', 'date'],
          ['url', 'url'],
        ],
      },
    ],
    ['startedAt', 'landed_at', instant],
    ['submittedAt', 'submitted_at', instant],
  ],
} satisfies ModelDefinition
