import type { SandboxPlatform } from '../platform.ts'
import { asana } from './asana/index.ts'
import { autocount } from './autocount/index.ts'
import { datadog } from './datadog/index.ts'
import { discord } from './discord/index.ts'
import { facebook } from './facebook/index.ts'
import { genericHttp } from './generic-http/index.ts'
import { github } from './github/index.ts'
import { gitlab } from './gitlab/index.ts'
import { gmail } from './gmail/index.ts'
import { googleAds } from './google-ads/index.ts'
import { googleCalendar } from './google-calendar/index.ts'
import { googleSheets } from './google-sheets/index.ts'
import { hubspot } from './hubspot/index.ts'
import { instagram } from './instagram/index.ts'
import { jira } from './jira/index.ts'
import { linkedin } from './linkedin/index.ts'
import { mailchimp } from './mailchimp/index.ts'
import { metaAds } from './meta-ads/index.ts'
import { microsoftTeams } from './microsoft-teams/index.ts'
import { notion } from './notion/index.ts'
import { paypal } from './paypal/index.ts'
import { quickbooks } from './quickbooks/index.ts'
import { salesforce } from './salesforce/index.ts'
import { sendgrid } from './sendgrid/index.ts'
import { shopify } from './shopify/index.ts'
import { slack } from './slack/index.ts'
import { smtp } from './smtp/index.ts'
import { sqlAccounting } from './sql-accounting/index.ts'
import { stripe } from './stripe/index.ts'
import { tiktok } from './tiktok/index.ts'
import { tiktokAds } from './tiktok-ads/index.ts'
import { twitter } from './twitter/index.ts'
import { typeform } from './typeform/index.ts'
import { woocommerce } from './woocommerce/index.ts'
import { xero } from './xero/index.ts'
import { youtube } from './youtube/index.ts'
import { zapier } from './zapier/index.ts'

/** Every platform that the sandbox plays, in the order of their ids. */
export const platforms: readonly SandboxPlatform[] = [
  asana,
  autocount,
  datadog,
  discord,
  facebook,
  genericHttp,
  github,
  gitlab,
  gmail,
  googleAds,
  googleCalendar,
  googleSheets,
  hubspot,
  instagram,
  jira,
  linkedin,
  mailchimp,
  metaAds,
  microsoftTeams,
  notion,
  paypal,
  quickbooks,
  salesforce,
  sendgrid,
  shopify,
  slack,
  smtp,
  sqlAccounting,
  stripe,
  tiktok,
  tiktokAds,
  twitter,
  typeform,
  woocommerce,
  xero,
  youtube,
  zapier,
]
