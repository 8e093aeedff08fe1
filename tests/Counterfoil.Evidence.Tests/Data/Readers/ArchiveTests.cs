using System.Formats.Tar;
using System.Text;
using Counterfoil.Data;
using Counterfoil.Data.Records.Archives;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Data;

public sealed class ArchiveTests
{
    static Reading Tar(byte[] archive) => Reading.Of(new TarRecords(), archive);

    static Reading Tar(params TarEntry[] entries) => Tar(Specimens.Tar(entries));

    static string NameOf(byte[] record) => Encoding.UTF8.GetString(record, 4, record.Length - 4 - 8 - 32);

    static UstarTarEntry Typed(TarEntryType type, string name = "m", string? link = null)
    {
        var entry = new UstarTarEntry(type, name);
        if (link is not null) entry.LinkName = link;
        return entry;
    }

    /// <summary>One header of 512 bytes with its checksum made right again.</summary>
    static byte[] Edited(byte[] archive, Action<byte[]> edit, int header = 0)
    {
        var changed = archive.ToArray();
        edit(changed);
        var block = changed.AsSpan(header, 512);
        "        "u8.CopyTo(block[148..]);
        int sum = 0;
        foreach (byte b in block) sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block[148..]);
        return changed;
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("a/../../b")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("C:/a")]
    [InlineData("a\\b")]
    public void Names_that_lead_out_are_refused(string name) => Tar(Specimens.TarFile(name)).Refused(DataChecks.Names);

    [Fact]
    public void A_name_that_is_no_utf8_is_refused() => Tar(Edited(Specimens.Tar(Specimens.TarFile("name")), a => a[0] = 0xff)).Refused(DataChecks.Names);

    [Fact]
    public void Links_devices_and_pipes_are_refused()
    {
        Tar(Typed(TarEntryType.SymbolicLink, link: "/etc/passwd")).Refused(DataChecks.TarMember);
        Tar(Specimens.TarFile("a"), Typed(TarEntryType.HardLink, link: "a")).Refused(DataChecks.TarMember);
        Tar(Typed(TarEntryType.CharacterDevice)).Refused(DataChecks.TarMember);
        Tar(Typed(TarEntryType.Fifo)).Refused(DataChecks.TarMember);
        Tar(Edited(Specimens.Tar(Specimens.TarFile("a")), a => a[156] = (byte)'S')).Refused(DataChecks.TarMember); // GNU's old sparse file
        Tar(new PaxTarEntry(TarEntryType.RegularFile, "a", [new("GNU.sparse.major", "1")])).Refused(DataChecks.TarMember);
    }

    [Fact]
    public void Two_members_of_one_name_are_refused_however_it_is_spelt_in_the_header()
    {
        Tar(Specimens.TarFile("a"), Specimens.TarFile("b"), Specimens.TarFile("a", "other")).Refused(DataChecks.TarDuplicate);
        Tar(Specimens.TarFile("a"), Specimens.TarFile("./a")).Refused(DataChecks.TarDuplicate);
        Assert.Equal(["a", "A", "é", "e\u0301"], Tar(new PaxTarEntry(TarEntryType.RegularFile, "a"), new PaxTarEntry(TarEntryType.RegularFile, "A"), new PaxTarEntry(TarEntryType.RegularFile, "é"),
            new PaxTarEntry(TarEntryType.RegularFile, "e\u0301")).Accepted().Records.Select(NameOf));
    }

    [Fact]
    public void A_duplicate_is_found_by_a_reader_that_began_behind_the_first()
    {
        var archive = Specimens.Tar(Specimens.TarFile("a"), Specimens.TarFile("b"), Specimens.TarFile("a"));
        Reading.Of(new TarRecords(), [new MemoryObject("t", archive)], position: 1024).Refused(DataChecks.TarDuplicate);
    }

    [Fact]
    public void Folders_are_passed_over_and_a_leading_dot_is_dropped() =>
        Assert.Equal(["d/a", "b"], Tar(Typed(TarEntryType.Directory, "./"), Typed(TarEntryType.Directory, "d/"), Specimens.TarFile("./d/a"), Specimens.TarFile("././b")).Accepted().Records.Select(NameOf));

    [Fact]
    public void The_end_is_two_blocks_of_zeros_and_nothing_but_zeros_behind()
    {
        var archive = Specimens.Tar(Specimens.TarFile("a"));
        Assert.Equal(2048, archive.Length);
        Tar(archive[..^512]).Refused(DataChecks.TarForm);
        Tar(archive[..^1024]).Refused(DataChecks.TarForm);
        Tar(Array.Empty<byte>()).Refused(DataChecks.TarForm);
        Assert.Single(Tar([.. archive, .. new byte[777]]).Accepted().Records);
        Tar([.. archive, 0, 0, 1]).Refused(DataChecks.TarForm);
        Tar([.. archive, .. archive]).Refused(DataChecks.TarForm); // a second archive, which most programs would not see
    }

    [Fact]
    public void Headers_are_of_their_form()
    {
        var archive = Specimens.Tar(Specimens.TarFile("a"));
        byte[] damaged = [.. archive];
        damaged[100]++;
        Tar(damaged).Refused(DataChecks.TarForm); // the checksum
        Tar(Edited(archive, a => a[124] = (byte)'9')).Refused(DataChecks.TarForm); // a size that is not octal
        Tar(Edited(archive, a => a.AsSpan(124, 12).Fill(0xff))).Refused(DataChecks.TarForm); // a size below zero, base 256
        Tar(Edited(archive, a => "77777777777\0"u8.CopyTo(a.AsSpan(124)))).Refused(DataChecks.TarForm); // 8 GiB that are not there
        Tar(Edited(archive, a => (a[124], a[125]) = (0x80, 1))).Refused(DataChecks.TarForm); // more than a file can have
        foreach (string size in new[] { "-1", "1e3", " 7", "99999999999999999999" })
        {
            // The runtime's writer sets a size of its own, so the keyword is made one behind its back.
            var pax = Specimens.Tar(new PaxTarEntry(TarEntryType.RegularFile, "a", [new("sizX", size)]));
            pax[pax.AsSpan().IndexOf("sizX="u8) + 3] = (byte)'e';
            Tar(pax).Refused(DataChecks.TarForm);
        }
    }

    [Fact]
    public void A_global_header_may_not_rename_members() =>
        Tar(new PaxGlobalExtendedAttributesTarEntry([new("path", "elsewhere")]), Specimens.TarFile("a")).Refused(DataChecks.TarForm);

    [Fact]
    public void Samples_are_the_neighbours_of_one_key()
    {
        Reading Web(params string[] names) => Reading.Of(new WebDatasetRecords(), Specimens.Tar([.. names.Select(n => Specimens.TarFile(n))]));
        Assert.Equal(3, Web("a/1.jpg", "a/1.cls", "b/1.jpg", "2.tar.gz").Accepted().Records.Count);
        Web("1.jpg", "2.jpg", "1.cls").Refused(DataChecks.WebDataset);
        Web("1.jpg", "README").Refused(DataChecks.WebDataset);
        Web("1.jpg", ".hidden").Refused(DataChecks.WebDataset);
        Web("1.").Refused(DataChecks.WebDataset);
        Web("1.jpg", "1.jpg").Refused(DataChecks.TarDuplicate);
        Assert.Equal(Web("1.jpg", "1.cls").Records, Web("1.cls", "1.jpg").Records); // within a sample the order is no matter
    }

    [Fact]
    public void A_reader_cannot_begin_within_a_sample()
    {
        StoredObjects(Specimens.Tar(Specimens.TarFile("1.a"), Specimens.TarFile("1.b")), 1024, DataChecks.Position);
        StoredObjects(Specimens.Tar(Specimens.TarFile("1.a"), Specimens.TarFile("1.b")), 100, DataChecks.Position);

        static void StoredObjects(byte[] archive, long position, Check check) => Reading.Of(new WebDatasetRecords(), [new MemoryObject("t", archive)], position: position).Refused(check);
    }

    [Fact]
    public void Images_lie_in_folders_that_name_their_class()
    {
        Reading Images(params string[] names) => Reading.Of(new Counterfoil.Data.Records.ImageFolderRecords(), [.. names.Select(n => new MemoryObject(n, [1]))]);
        Assert.Equal(2, Images("cat/a.JPG", "dog/deep/b.png").Accepted().Records.Count);
        Images("cat/a.jpg", "b.jpg").Refused(DataChecks.ImageFolder);
        Images("cat/a.jpg", "cat/Thumbs.db").Refused(DataChecks.ImageFolder);
    }
}
