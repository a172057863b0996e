/**
 * Spearman's rank correlation of two lists of equal length: from −1 to 1. Equal values share the mean of the ranks
 * that they take together.
 */
export function spearman(left: readonly number[], right: readonly number[]): number {
  return correlation(ranks(left), ranks(right));
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((one, other) => values[one]! - values[other]!);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let place = start; place < end; place++) ranks[order[place]!] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}

function correlation(left: readonly number[], right: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [leftMean, rightMean] = [mean(left), mean(right)];
  let [product, leftSquares, rightSquares] = [0, 0, 0];
  for (const [index, value] of left.entries()) {
    const [one, other] = [value - leftMean, right[index]! - rightMean];
    product += one * other;
    leftSquares += one * one;
    rightSquares += other * other;
  }
  return product / Math.sqrt(leftSquares * rightSquares);
}
