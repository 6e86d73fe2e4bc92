import { connectQuickBooks } from './connect-quickbooks.ts'
import { connectStripe } from './connect-stripe.ts'
import type { Demonstration } from './context.ts'
import { deliverWebhooks } from './deliver-webhooks.ts'
import { joinHubSpot } from './join-hubspot.ts'
import { makeWorkspace } from './make-workspace.ts'
import { receiveGitHub } from './receive-github.ts'
import { receiveOrders } from './receive-orders.ts'
import { refreshToken } from './refresh-token.ts'
import { syncCustomers } from './sync-customers.ts'

interface Step {
  title: string
  run(demonstration: Demonstration): Promise<void>
}

const steps: Step[] = [
  { title: 'A workspace and its API key', run: makeWorkspace },
  { title: 'A QuickBooks account connected by OAuth', run: connectQuickBooks },
  { title: 'Its customers synced both ways', run: syncCustomers },
  { title: 'HubSpot on the same collection: nobody twice, and an edit that comes back', run: joinHubSpot },
  { title: 'The token refreshed by the schedule', run: refreshToken },
  { title: 'A GitHub webhook received', run: receiveGitHub },
  { title: 'A Slack handshake, and a Shopify order that becomes an event', run: receiveOrders },
  { title: 'Webhooks delivered, through an outage', run: deliverWebhooks },
  { title: 'A Stripe account connected by key', run: connectStripe },
]

/**
 * Plays a product's back end and its users against the running hub, and prints each step as it happens. Gives whether
 * every step held; a step that did not says why, and the next ones are still tried. Says no more once it is aborted.
 */
export async function runDemonstration(demonstration: Demonstration): Promise<boolean> {
  const outcomes: string[] = []
  for (const [index, step] of steps.entries()) {
    const heading = `${index + 1}/${steps.length}  ${step.title}`
    console.log(`\n${heading}`)
    try {
      await step.run(demonstration)
      outcomes.push(`  held          ${heading}`)
    } catch (error) {
      if (demonstration.signal.aborted) return false
      const reason = error instanceof Error ? error.message : String(error)
      demonstration.say(`did not hold: ${reason}`)
      outcomes.push(`  did not hold  ${heading}: ${reason}`)
    }
  }
  const held = outcomes.filter(line => line.startsWith('  held')).length
  console.log(`\n${held} of ${steps.length} steps held\n${outcomes.join('\n')}`)
  return held === steps.length
}
