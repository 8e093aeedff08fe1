using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;

namespace Counterfoil.Market;

/// <summary>
/// What a machine costs: token units per second as a 64-bit fixed-point number, as the escrow counts. A type of its own, since a rate that
/// was not scaled by 2^64 would be nearly free.
/// </summary>
/// <param name="Scaled">Units · 2^64 per second. Any value: a stranger's rate is held by this type before <see cref="Check"/> judges it.</param>
public readonly record struct Rate(UInt256 Scaled) : IComparable<Rate>
{
    /// <summary>The least that the escrow takes: 2^32, a unit in 136 years.</summary>
    public static Rate Least { get; } = new(1UL << 32);
    /// <summary>The most that the escrow takes: 2^128 − 1.</summary>
    public static Rate Most { get; } = new(new UInt256(ulong.MaxValue, ulong.MaxValue, 0, 0));

    /// <summary>So many units each second.</summary>
    public static Rate PerSecond(TokenAmount units) => Of(units, 1);

    /// <summary>So many units each hour, rounded down to the 2^-64 of a unit per second.</summary>
    public static Rate PerHour(TokenAmount units) => Of(units, 3600);

    /// <summary>So many units in so many seconds, rounded down.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No seconds, or a rate that the escrow would refuse.</exception>
    public static Rate Of(TokenAmount units, ulong seconds)
    {
        ArgumentOutOfRangeException.ThrowIfZero(seconds);
        var rate = new Rate((units.Units << 64) / seconds);
        if (units.Units.BitLength > 192 || !rate.Check().IsAccepted) throw new ArgumentOutOfRangeException(nameof(units), $"{units} units in {seconds} s is a rate that the escrow refuses");
        return rate;
    }

    /// <summary>What so many seconds cost at this rate, rounded down: for a price tag. What is owed is read from the chain.</summary>
    public TokenAmount For(uint seconds) => new(Scaled.BitLength <= 128 ? (Scaled * seconds) >> 64 : throw new InvalidOperationException($"{Scaled} is no rate that the escrow takes"));

    /// <summary>Whether the escrow takes such a rate.</summary>
    public Verdict Check() => this >= Least && this <= Most
        ? Verdict.Accept
        : Verdict.Reject(MarketChecks.RateRange, $"a rate of {Least} … {Most}", Scaled.ToString());

    /// <inheritdoc/>
    public int CompareTo(Rate other) => Scaled.CompareTo(other.Scaled);
    /// <summary>Cheaper.</summary>
    public static bool operator <(Rate left, Rate right) => left.Scaled < right.Scaled;
    /// <summary>Dearer.</summary>
    public static bool operator >(Rate left, Rate right) => left.Scaled > right.Scaled;
    /// <summary>Not dearer.</summary>
    public static bool operator <=(Rate left, Rate right) => left.Scaled <= right.Scaled;
    /// <summary>Not cheaper.</summary>
    public static bool operator >=(Rate left, Rate right) => left.Scaled >= right.Scaled;

    /// <summary>The scaled value in decimal: units · 2^64 per second.</summary>
    public override string ToString() => Scaled.ToString();
}
