using System.Diagnostics;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Evm.Secp256k1;

/// <summary>
/// Whether the time of signing tells of the secret: Reparaz, Balasch, Verbauwhede, "Dude, is my code constant time?" (eprint 2016/1123). Two classes, a fixed secret and random ones, measured in
/// random order; Welch's t over what is left when the slowest are cropped. It shows leaks and proves their absence to nobody. A campaign, because a busy machine needs many measurements.
/// </summary>
public sealed class TimingTests(ITestOutputHelper output)
{
    // Above 10 the authors speak of a leak for certain; below 4.5 there is no evidence of one.
    const double Leak = 10;
    const int Measurements = 200_000;

    static readonly Scalar Sparse = Scalar.Reduce(1);

    double LargestT(string name, Scalar[] random, Action<Scalar> work)
    {
        var choose = new Random(1);
        var times = new (double Time, bool Fixed)[Measurements];
        for (int i = -5_000; i < Measurements; i++)
        {
            bool isFixed = choose.Next(2) == 0;
            var secret = isFixed ? Sparse : random[choose.Next(random.Length)];
            long start = Stopwatch.GetTimestamp();
            work(secret);
            long end = Stopwatch.GetTimestamp();
            if (i >= 0) times[i] = (end - start, isFixed);
        }
        double[] sorted = [.. times.Select(t => t.Time).Order()];
        double largest = 0;
        foreach (double kept in new[] { 0.5, 0.75, 0.9, 0.99 })
        {
            double crop = sorted[(int)(kept * (Measurements - 1))];
            largest = Math.Max(largest, Math.Abs(Welch([.. times.Where(t => t.Fixed && t.Time <= crop).Select(t => t.Time)], [.. times.Where(t => !t.Fixed && t.Time <= crop).Select(t => t.Time)])));
        }
        output.WriteLine($"{name}: |t| = {largest:F1} over {Measurements} measurements");
        return largest;
    }

    static double Welch(double[] a, double[] b)
    {
        static (double Mean, double Error) Of(double[] x)
        {
            double mean = x.Average();
            return (mean, x.Sum(v => (v - mean) * (v - mean)) / (x.Length - 1) / x.Length);
        }
        var (p, q) = (Of(a), Of(b));
        return (p.Mean - q.Mean) / Math.Sqrt(p.Error + q.Error);
    }

    [Fact]
    public void The_time_of_signing_does_not_tell_a_fixed_secret_from_random_ones()
    {
        if (!Surroundings.IsCampaign) Assert.Skip("skipped: a campaign; COUNTERFOIL_CAMPAIGN=1 runs it");
        Scalar[] random = [.. Enumerable.Range(0, 4096).Select(i => Scalar.Reduce(UInt256.ReadBigEndian(Keccak256.Hash(BitConverter.GetBytes(i)).ToArray())))];
        ulong sink = 0;
        Assert.True(LargestT("control: variable-time inversion", random, k => sink ^= k.PublicInverse().Value.U0) > Leak, "the test sees no leak where there is one");
        Assert.True(LargestT("k · G", random, k => sink ^= GeneratorMultiplication.Multiply(k).ToAffine().X.Canonical().U0) < Leak);
        Assert.True(LargestT("1 / k", random, k => sink ^= k.Inverse().Value.U0) < Leak);
        Assert.True(LargestT("k · k + k", random, k => sink ^= (k * k + k).Value.U0) < Leak);
        var digest = Keccak256.Hash("terms"u8).Value;
        Assert.True(LargestT("signing", random, d =>
        {
            Span<byte> secret = stackalloc byte[32];
            d.Value.WriteBigEndian(secret);
            sink ^= ManagedSecp256k1.Instance.Sign(secret, digest).S.U0;
        }) < Leak);
        output.WriteLine($"(kept from being optimised away: {sink:x})");
    }
}
