export const sentences = [
  "The selvedge is the self-finished edge of a woven fabric.",
  "A loom holds the warp threads under tension.",
  "Sourdough bread rises slowly because its yeast is wild.",
  "The last train to the coast leaves at ten past nine.",
  "Vectors of similar meaning point in similar directions.",
];
