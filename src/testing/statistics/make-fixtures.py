"""Reference values for src/analyze/verdict, written to fixtures.json beside this file.

    python3 -m venv venv && venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0
    apt-get install r-base-core r-cran-exactranktests     # for the values by R
    venv/bin/python make-fixtures.py
"""
import itertools, json, pathlib, subprocess
import numpy, scipy, statsmodels
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests

random = numpy.random.default_rng(20261126)


def r(code):
    out = subprocess.run(["Rscript", "--vanilla", "-e", code], capture_output=True, text=True, check=True).stdout
    return [float(x) for x in out.split()]


def samples():
    for n in [3, 5, 6, 8, 9, 12, 15, 20, 25, 40]:
        yield "untied", random.normal(0.3, 1, n).tolist()
    for n in [4, 6, 8, 10, 12]:
        yield "tied", random.choice([-3, -2, -1, 1, 2, 3], n).astype(float).tolist()
    for n in [4, 6, 8, 10, 12]:
        yield "zeros", random.choice([-2, -1, 0, 0, 1, 2, 3], n).astype(float).tolist()


def signed_rank(kind, x):
    """SciPy, exact: by the distribution where untied; else by all 2^n permutations of the signs."""
    method = "exact" if kind == "untied" else stats.PermutationMethod(n_resamples=numpy.inf)
    p = {a: stats.wilcoxon(x, alternative=a, zero_method="pratt", method=method).pvalue for a in ("greater", "less")}
    return {"kind": kind, "values": x, "worse": p["greater"], "better": p["less"]}


def by_r(x):
    """exactRankTests: p-values of tied values; R's own wilcox.test: estimate and exact interval."""
    values = ",".join(map(repr, x))
    return r(f"suppressMessages(library(exactRankTests)); x<-c({values}); cat(format(c("
             "wilcox.exact(x,alternative='greater')$p.value, wilcox.exact(x,alternative='less')$p.value),digits=15))")


def interval(x, level):
    values = ",".join(map(repr, x))
    e, low, high = r(f"x<-c({values}); t<-wilcox.test(x,exact=TRUE,conf.int=TRUE,conf.level={level});"
                     "cat(format(c(t$estimate,t$conf.int),digits=15))")
    return {"values": x, "level": level, "estimate": e, "low": low, "high": high}


def levels(counts, alpha, sides):
    """Pocock-type boundaries by the multivariate normal cdf (Genz), not by recursive integration."""
    n = numpy.array(counts, float)
    spent = alpha * numpy.log(1 + (numpy.e - 1) * n / n[-1])
    corr = numpy.sqrt(numpy.minimum.outer(n, n) / numpy.maximum.outer(n, n))
    bounds = []
    for k in range(len(counts)):
        def crossed(z):
            upper = numpy.array(bounds + [z])
            lower = -upper if sides == 2 else numpy.full(k + 1, -numpy.inf)
            return 1 - stats.multivariate_normal(cov=corr[: k + 1, : k + 1], abseps=1e-9, releps=1e-9, maxpts=2_000_000, seed=1).cdf(upper, lower_limit=lower) - spent[k]
        bounds.append(optimize.brentq(crossed, 0.5, 6, xtol=1e-7))
    return {"counts": counts, "alpha": alpha, "sides": sides, "levels": (sides * stats.norm.sf(bounds)).tolist()}


def tango(b, c, n, level):
    """The score statistic with the likelihood maximised numerically, not by the closed form."""
    z = stats.norm.ppf((1 + level) / 2)

    def score(d):
        def loss(q):
            return -(b * numpy.log(q + d) + c * numpy.log(q) + (n - b - c) * numpy.log(1 - 2 * q - d))
        low, high = max(0, -d), (1 - d) / 2
        q = optimize.minimize_scalar(loss, bounds=(low + 1e-13, high - 1e-13), method="bounded", options={"xatol": 1e-13}).x
        return (b - c - n * d) / numpy.sqrt(n * (2 * q + d * (1 - d)))
    e = (b - c) / n
    with numpy.errstate(all="ignore"):
        return {"b": b, "c": c, "n": n, "level": level,
                "low": optimize.brentq(lambda d: score(d) - z, -1 + 1e-9, e - 1e-9),
                "high": optimize.brentq(lambda d: score(d) + z, e + 1e-9, 1 - 1e-9)}


def sign_flip(x):
    total = sum(x)
    sums = [sum(s * abs(v) for s, v in zip(signs, x)) for signs in itertools.product([-1, 1], repeat=len(x))]
    p = stats.permutation_test((numpy.array(x),), numpy.sum, permutation_type="samples", n_resamples=numpy.inf, alternative="greater").pvalue
    own = sum(s >= total - 1e-9 for s in sums) / len(sums)
    assert abs(own - p) < 1e-12
    return {"values": x, "p": p}


drawn = list(samples())
p_values = [[0.01, 0.04, 0.03, 0.005], [0.2, 0.0001, 0.019, 0.05, 0.7, 0.033], random.uniform(0, 0.1, 12).tolist()]
t_sample = random.normal(0.5, 1, 7).tolist()
fixtures = {
    "madeBy": "src/testing/statistics/make-fixtures.py",
    "versions": {"numpy": numpy.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__,
                 "R": subprocess.run(["Rscript", "--vanilla", "-e", "cat(R.version.string, as.character(packageVersion('exactRankTests')))"], capture_output=True, text=True).stdout},
    "normal": [{"z": z, "cdf": stats.norm.cdf(z)} for z in [-38, -20, -8.5, -7.1, -5, -2.33, -1, -0.1, 0, 0.5, 1.96, 3, 6]],
    "normalQuantile": [{"p": p, "z": stats.norm.ppf(p)} for p in [1e-300, 1e-20, 1e-6, 0.001, 0.0256, 0.3, 0.5, 0.8, 0.975, 0.999999]],
    "student": [{"t": t, "df": df, "cdf": stats.t.cdf(t, df)} for df in [1, 2, 5, 6, 30, 199.5] for t in [-40, -6, -2.447, -1, 0, 0.3, 2.015, 9]],
    "studentQuantile": [{"p": p, "df": df, "t": stats.t.ppf(p, df)} for df in [1, 5, 6, 30] for p in [0.0005, 0.0042, 0.025, 0.2, 0.5, 0.9, 0.975]],
    "studentTest": {"values": t_sample, "shift": 0.05, "worse": stats.ttest_1samp(t_sample, 0.05, alternative="greater").pvalue,
                    "better": stats.ttest_1samp(t_sample, 0.05, alternative="less").pvalue,
                    "interval95": list(stats.ttest_1samp(t_sample, 0).confidence_interval(0.95))},
    "signedRank": [signed_rank(*one) for one in drawn],
    "signedRankTiedByR": [{"values": x, "worse": p[0], "better": p[1]} for kind, x in drawn if kind == "tied" for p in [by_r(x)]],
    "walsh": [interval(x, level) for kind, x in drawn if kind == "untied" and len(x) >= 6 for level in (0.8, 0.95, 0.9744) if len(x) > 6 or level < 0.96],
    "levels": [levels(c, a, s) for c in ([8, 12, 20], [8, 10], [8, 12, 20, 30]) for a, s in ((0.05, 2), (0.025, 2), (0.05 / 6, 2), (0.05, 1), (0.01, 1))],
    "tango": [tango(*x) for x in [(1, 7, 21, 0.95), (40, 20, 160, 0.95), (5, 1, 20, 0.9), (2, 2, 12, 0.95), (150, 86, 1600, 0.95)]],
    "signFlip": [sign_flip(x) for x in [[1/3, 0, 0, 1/3, 2/3, 0, -1/3, 1], [0.0] * 8, [1.0] * 8, random.normal(0.4, 1, 11).tolist(), random.choice([-1, 0, 0, 1, 2], 14).astype(float).tolist()]],
    "multiplicity": [{"p": p, "holm05": multipletests(p, 0.05, "holm")[0].tolist(), "benjaminiHochberg": multipletests(p, 0.05, "fdr_bh")[1].tolist()} for p in p_values],
}
pathlib.Path(__file__).with_name("fixtures.json").write_text(json.dumps(fixtures, indent=1) + "\n")
