"""Names for invented patients, from everywhere that a clinic's patients come from."""

FAMILIES = """
    Abara Achterberg Adeyemi Ahmed Ainsworth Álvarez Andersson Ashworth Bąk Banerjee
    Barrowclough Begum Bianchi Björk Brännström Brook Campbell Chaudhry Chen Clough Cohen Costa
    Crabtree Cullen Dąbrowska Davies Delaney Dimitrov Dlamini Doğan Douglas Dubois Eastwood
    Edwards Eriksen Evans Faulkner Fernández Fitzgerald Fontaine Forsyth Foster Gallagher García
    Ghosh Gomes Greenhalgh Grünewald Gunnarsdóttir Haddad Halloran Hargreaves Hassan Hernández
    Hoang Holmqvist Horvat Hussain Ibrahim Iqbal Ivanova Jankowska Jeffries Johansson Jones
    Kaminski Kapoor Kelly Khan Kowalczyk Kumar Larsen Lee Lewandowski Lindholm Łukasik MacDonald
    Mahmood Marković Martin McBride Mensah Mitchell Molina Moreau Murphy Naidoo Nakamura Ncube
    Ng Nguyen Nowak O'Brien O'Connor Ødegaard Okafor Okonjo Oliveira Owusu Özdemir Papadopoulos
    Patel Pereira Petrov Popescu Price Quinn Rahman Ramsbottom Reid Rossi Russo Sadowska Santos
    Schneider Sharma Shaw Singh Sørensen Śliwa Stewart Suzuki Szymańska Tanaka Taylor Thompson
    Tóth Tran Turner Uddin Vargas Vasquez Virtanen Walker Wang Watanabe Whitehead Wiśniewski
    Wood Wright Yamamoto Yılmaz Young Zając Zhang Zieliński Żukowska
"""
FAMILY_NAMES = FAMILIES.split()

GIVEN = """
    Aaliyah Adam Agnieszka Aisha Alan Amara Amina Andrew Anna Arjun Barbara Beatriz Brian Carlos
    Catherine Charles Chloe Daniel David Deborah Dilip Dorothy Edward Elena Elizabeth Emeka
    Emily Eva Fatima Fiona Frank Gareth George Grace Grażyna Hannah Harold Helen Ibrahim Ingrid
    Isla Jack James Jan Jennifer Joan Joanna John Joseph Joyce Julia Karen Katarzyna Kenneth
    Kwame Laura Leah Leon Linda Louise Małgorzata Margaret Maria Mark Mary Mei Michael Mohammed
    Nadia Nicola Noah Nora Olga Oliver Omar Patricia Paul Peter Priya Rachel Rashid Richard
    Robert Rosa Ruth Samuel Sandra Sarah Sean Sofia Stephen Susan Søren Tariq Teresa Thomas
    Valerie Victor Wei William Yusuf Zainab Zofia
"""
GIVEN_NAMES = GIVEN.split()
