using System.Reflection;
using Counterfoil.Core.Digests;

namespace Counterfoil.Core.Tests;

/// <summary>Names that others rely on: no two may mean the same.</summary>
public sealed class NamesLaws
{
    delegate ReadOnlySpan<byte> Separator();

    [Fact]
    public void No_domain_separator_begins_another()
    {
        // Then no input under one can be an input under the other, whatever follows.
        var separators = typeof(Domains).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Where(p => p.PropertyType == typeof(ReadOnlySpan<byte>))
            .Select(p => (p.Name, Bytes: p.GetMethod!.CreateDelegate<Separator>()().ToArray())).ToList();
        Assert.True(separators.Count >= 6);
        foreach (var a in separators)
            foreach (var b in separators)
                Assert.False(a.Name != b.Name && b.Bytes.AsSpan().StartsWith(a.Bytes), $"{a.Name} begins {b.Name}");
        var single = typeof(Domains).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.FieldType == typeof(byte)).Select(f => (byte)f.GetRawConstantValue()!).ToList();
        Assert.Equal(single.Distinct(), single);
        Assert.DoesNotContain(separators, s => s.Bytes.Length == 0 || single.Contains(s.Bytes[0]));
    }
}
