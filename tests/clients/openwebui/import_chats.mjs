// Does in headless Chromium what a person does to import chats into Open WebUI: signs in, opens the settings,
// clicks Import and chooses a file. Prints what the page says then.
// Arguments: program of Chromium, address, e-mail, password, file.
import { chromium } from 'playwright-core';

const [executablePath, address, email, password, file] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath });
try {
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(120_000);
  page.on('pageerror', (error) => console.error(`page: ${error}`));
  await page.goto(`${address}/auth`);
  await page.locator('input[type=email]').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'User menu', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Settings', exact: true }).click();
  await page.getByRole('tab', { name: 'Data Controls', exact: true }).click();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Import Chats', exact: true }).click(),
  ]);
  await chooser.setFiles(file);
  const said = page.locator('[data-sonner-toast]').filter({ hasNotText: "You're now logged in" });
  console.log(await said.first().textContent());
} finally {
  await browser.close();
}
