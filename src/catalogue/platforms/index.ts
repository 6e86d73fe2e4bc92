import type { ProviderDefinition } from '../schema/definition.ts'
import { autocount } from './autocount/index.ts'
import { datadog } from './datadog/index.ts'
import { genericHttp } from './generic-http/index.ts'
import { github } from './github/index.ts'
import { gitlab } from './gitlab/index.ts'
import { gmail } from './gmail/index.ts'
import { googleAds } from './google-ads/index.ts'
import { googleCalendar } from './google-calendar/index.ts'
import { googleSheets } from './google-sheets/index.ts'
import { hubspot } from './hubspot/index.ts'
import { jira } from './jira/index.ts'
import { microsoftTeams } from './microsoft-teams/index.ts'
import { quickbooks } from './quickbooks/index.ts'
import { salesforce } from './salesforce/index.ts'
import { shopify } from './shopify/index.ts'
import { smtp } from './smtp/index.ts'
import { sqlAccounting } from './sql-accounting/index.ts'
import { stripe } from './stripe/index.ts'
import { xero } from './xero/index.ts'
import { youtube } from './youtube/index.ts'
import { zapier } from './zapier/index.ts'

/** Every platform of the catalogue, in the order of their names. */
export const platforms: readonly ProviderDefinition[] = [
  autocount,
  datadog,
  genericHttp,
  github,
  gitlab,
  gmail,
  googleAds,
  googleCalendar,
  googleSheets,
  hubspot,
  jira,
  microsoftTeams,
  quickbooks,
  salesforce,
  shopify,
  smtp,
  sqlAccounting,
  stripe,
  xero,
  youtube,
  zapier,
]
