// What the stories read from the page of the live messages.
import type { Page } from 'playwright-core';
import { until } from './support';

export const isLive = (page: Page) => page.locator('[data-live="live"]').waitFor({ state: 'attached' });
export const lines = (page: Page) => page.locator('[data-pos] .text');

/** The numbers at the end of all messages in the live list, in its order, read while scrolling through it. */
export async function allNumbers(page: Page): Promise<number[]> {
  return page.getByRole('log').evaluate(async (log) => {
    const found: number[] = [];
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    log.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }));
    for (let top = 0; ; top += log.clientHeight / 2) {
      log.scrollTop = top;
      await frame();
      await frame();
      for (const line of log.querySelectorAll('[data-pos]')) {
        const number = Number(line.querySelector('.text')!.textContent!.split(' ').pop());
        if (!found.includes(number)) found.push(number);
      }
      if (log.scrollTop + log.clientHeight >= log.scrollHeight - 4) return found;
    }
  });
}

/** Turns the wheel, and waits until the list stands where that leads. */
export async function scrollUp(page: Page, pixels: number): Promise<void> {
  const log = page.getByRole('log');
  const top = () => log.evaluate((box) => box.scrollTop);
  const wanted = (await top()) - pixels;
  await log.hover();
  await page.mouse.wheel(0, -pixels);
  await until(async () => Math.abs((await top()) - wanted) < 1);
}

/** Height of all rows, drawn or not. */
export const listHeight = (page: Page) => page.getByRole('log').evaluate((log) => log.scrollHeight);

export const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
