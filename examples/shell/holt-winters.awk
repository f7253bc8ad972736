# Forecasts a monthly series one month ahead by Holt-Winters smoothing, and prints how far off the forecasts of the last
# four years are: the mean of |forecast - value| / value, in percent.
#
#   awk -v season=additive -v alpha=0.3 -v beta=0.1 -v gamma=0.1 -v damping=1 -f holt-winters.awk passengers.txt

/^#/ { next }

{ for (i = 1; i <= NF; i++) value[++count] = $i }

END {
  period = 12
  for (i = 1; i <= period; i++) { first += value[i] / period; second += value[i + period] / period }
  level = first
  trend = (second - first) / period
  for (i = 1; i <= period; i++) index_[i] = season == "additive" ? value[i] - first : value[i] / first
  for (i = period + 1; i <= count; i++) {
    month = (i - 1) % period + 1
    base = level + damping * trend
    forecast = season == "additive" ? base + index_[month] : base * index_[month]
    if (i > count - 4 * period) {
      error += (forecast > value[i] ? forecast - value[i] : value[i] - forecast) / value[i]
      terms++
    }
    before = level
    level = alpha * (season == "additive" ? value[i] - index_[month] : value[i] / index_[month]) + (1 - alpha) * base
    trend = beta * (level - before) + (1 - beta) * damping * trend
    index_[month] = gamma * (season == "additive" ? value[i] - level : value[i] / level) + (1 - gamma) * index_[month]
  }
  print "forecast", terms, "months"
  printf "%.6f\n", 100 * error / terms
}
