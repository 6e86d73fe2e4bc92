import {
  ContinueAsNew,
  patched,
  upsertSearchAttributes,
  workflowInfo,
  type WorkflowInterceptors,
} from '@temporalio/workflow'
import { searchAttributes, type Attention } from '../src/temporal/contract.ts'

/**
 * What is over needs nobody, however it ended: the one place that sees to it, so that the list of what needs a person is right
 * whether or not it asks for open workflows only. Where a workflow goes on as a new run, that one takes its attention along.
 */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      async execute(input, next) {
        try {
          const result = await next(input)
          dismiss()
          return result
        } catch (error) {
          if (!(error instanceof ContinueAsNew)) dismiss()
          throw error
        }
      },
    },
  ],
  outbound: [
    {
      continueAsNew(input, next) {
        const kept = attributes()
        if (!dismiss()) return next(input)
        return next({ ...input, options: { ...input.options, typedSearchAttributes: kept } })
      },
    },
  ],
})

/** Takes the attention off a run that ends, where it has any. */
function dismiss(): boolean {
  const attention = workflowInfo().typedSearchAttributes.get(searchAttributes.attention)
  if (attention === undefined || attention === ('none' satisfies Attention)) return false
  // Histories of before ended with whatever they had.
  if (!patched('over-needs-nobody')) return false
  upsertSearchAttributes([{ key: searchAttributes.attention, value: 'none' satisfies Attention }])
  return true
}

function attributes() {
  const { typedSearchAttributes } = workflowInfo()
  return Object.values(searchAttributes).flatMap(key => {
    const value = typedSearchAttributes.get(key)
    return value === undefined ? [] : [{ key, value }]
  })
}
