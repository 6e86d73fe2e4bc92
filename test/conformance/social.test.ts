import { conform } from './suite.ts'

await conform([
  ...['facebook', 'instagram', 'linkedin', 'mailchimp', 'meta-ads', 'paypal', 'sendgrid', 'tiktok', 'tiktok-ads'],
  ...['twitter', 'woocommerce'],
])
